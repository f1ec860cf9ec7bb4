import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { TracesSearch } from '../features/traces/search'
import { TracesScreen } from '../features/traces/TracesScreen'
import { FilterBar } from '../shared/filters/FilterBar'
import { OfRange } from '../shared/filters/OfRange'
import { pickFilters } from '../shared/filters/search'
import { toSpan } from '../shared/time/range'
import { visitorQuery } from './api/visitor'
import { useTraceLinks } from './useTraceLinks'

/** Puts the address's range, zone and filters together with the screen. */
export function TracesRoute() {
    const { teamId } = useParams({ from: '/project/$teamId' })
    const search = useSearch({ from: '/project/$teamId/traces' })
    const navigate = useNavigate({ from: '/project/$teamId/traces' })
    const { data: visitor } = useSuspenseQuery(visitorQuery)
    const teamTimezone = visitor.projects.find((each) => String(each.id) === teamId)?.timezone ?? 'UTC'
    const timezone = search.timezone ?? teamTimezone
    const question = useMemo(
        () => ({
            teamId,
            span: toSpan({ ...search, range: search.range ?? '7d' }, timezone, new Date()),
            filters: {
                ...pickFilters(search),
                ...(search.session_id && { session_id: search.session_id }),
                ...(search.is_error && { is_error: search.is_error }),
            },
        }),
        [teamId, search, timezone]
    )
    const change = (next: TracesSearch, replace = false) => { void navigate({ search: next, replace, resetScroll: false }) }
    return (
        <>
            <h1>Traces and sessions</h1>
            <FilterBar {...{ teamId, search, timezone, teamTimezone }} span={question.span} onChange={change} />
            <OfRange span={question.span}>
                <TracesScreen question={question} search={search} links={useTraceLinks(teamId, search.timezone)} onChange={change} />
            </OfRange>
        </>
    )
}
