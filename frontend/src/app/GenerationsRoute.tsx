import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { CallDrawer } from '../features/generations/CallDrawer'
import { GenerationsScreen } from '../features/generations/GenerationsScreen'
import type { GenerationsSearch } from '../features/generations/search'
import { FilterBar } from '../shared/filters/FilterBar'
import { OfRange } from '../shared/filters/OfRange'
import { pickFilters, toggleFilter, type FilterName } from '../shared/filters/search'
import { omit } from '../shared/objects/omit'
import { toSpan } from '../shared/time/range'
import { visitorQuery } from './api/visitor'
import { useDrawerHistory } from './useDrawerHistory'
import { useTraceLinks } from './useTraceLinks'

/** Puts the address's range, filters and open call together with the screen. */
export function GenerationsRoute() {
    const { teamId } = useParams({ from: '/project/$teamId' })
    const search = useSearch({ from: '/project/$teamId/generations' })
    const navigate = useNavigate({ from: '/project/$teamId/generations' })
    const { data: visitor } = useSuspenseQuery(visitorQuery)
    const team = visitor.projects.find((each) => String(each.id) === teamId)
    const teamTimezone = team?.timezone ?? 'UTC'
    const timezone = search.timezone ?? teamTimezone
    const change = (next: GenerationsSearch, replace = false) => { void navigate({ search: next, replace, resetScroll: false }) }
    const question = useQuestion(teamId, search, timezone)
    const drawer = useDrawerHistory()
    const trace = useTraceLinks(teamId, search.timezone)
    return (
        <>
            <h1>Generations</h1>
            <FilterBar {...{ teamId, search, timezone, teamTimezone }} span={question.span} onChange={change} />
            <OfRange span={question.span}>
                <GenerationsScreen
                    question={question}
                    search={search}
                    links={useLinks(teamId, search, drawer.open)}
                    onChange={change}
                />
            </OfRange>
            {search.call && (
                <CallDrawer
                    {...{ teamId, timezone, ...trace }}
                    uuid={search.call}
                    panel={search.panel ?? 'conversation'}
                    isPrivate={team?.is_private ?? false}
                    onClose={drawer.close}
                    onPanel={drawer.show}
                    onPick={(name, value) => { change(narrow(search, name, value)) }}
                />
            )}
        </>
    )
}

/** What the list is asked; the drawer's part of the address does not ask anew. */
function useQuestion(teamId: string, search: GenerationsSearch, timezone: string) {
    const key = JSON.stringify(omit(search, 'call', 'panel'))
    return useMemo(() => {
        const kept = JSON.parse(key) as GenerationsSearch
        return {
            teamId,
            span: toSpan({ ...kept, range: kept.range ?? '7d' }, timezone, new Date()),
            filters: {
                ...pickFilters(kept),
                ...(kept.search && { search: kept.search }),
                ...(kept.is_error && { is_error: kept.is_error }),
                ...(kept.flag && { flag: kept.flag }),
            },
            order: kept.order ?? ('-timestamp' as const),
        }
    }, [teamId, key, timezone])
}

/** The same while a drawer opens and closes: no row of the list is drawn anew for it. */
function useLinks(teamId: string, search: GenerationsSearch, onOpen: (uuid: string) => void) {
    const router = useRouter()
    const trace = useTraceLinks(teamId, search.timezone)
    const key = JSON.stringify(omit(search, 'call', 'panel'))
    return useMemo(() => {
        const to = '/project/$teamId/generations'
        const list = JSON.parse(key) as GenerationsSearch
        const toCall = (call: string) => router.buildLocation({ to, params: { teamId }, search: { ...list, call } }).href
        return { toCall, onOpen, ...trace }
    }, [router, teamId, key, onOpen, trace])
}

/** Only calls of this value: the drawer closes, for what it shows may not be among them. */
function narrow(search: GenerationsSearch, name: FilterName | 'flag', value: string): GenerationsSearch {
    const rest: GenerationsSearch = omit(search, 'call', 'panel')
    if (name === 'flag') return { ...rest, flag: [...new Set([...(rest.flag ?? []), value])] }
    return rest[name]?.includes(value) ? rest : { ...rest, ...toggleFilter(rest, name, value) }
}
