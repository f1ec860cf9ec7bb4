import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { OverviewScreen, type ChangeSearch } from '../features/overview/OverviewScreen'
import { FilterBar } from '../shared/filters/FilterBar'
import { OfRange } from '../shared/filters/OfRange'
import { FILTERS, pickFilters } from '../shared/filters/search'
import { omit } from '../shared/objects/omit'
import { toSpan } from '../shared/time/range'
import { visitorQuery } from './api/visitor'
import { useBreakdownLinks } from './useBreakdownLinks'

/** Puts the address's range, zone and filters together with the screen. */
export function OverviewRoute() {
    const { teamId } = useParams({ from: '/project/$teamId' })
    const search = useSearch({ from: '/project/$teamId/overview' })
    const navigate = useNavigate({ from: '/project/$teamId/overview' })
    const { data: visitor } = useSuspenseQuery(visitorQuery)
    const teamTimezone = visitor.projects.find((each) => String(each.id) === teamId)?.timezone ?? 'UTC'
    const timezone = search.timezone ?? teamTimezone
    const question = useMemo(
        () => ({
            teamId,
            span: toSpan({ ...search, range: search.range ?? '7d' }, timezone, new Date()),
            filters: pickFilters(search),
        }),
        [teamId, search, timezone]
    )
    // Of the address as it is by then: what is pressed may have been drawn before the last change.
    const change = useCallback(
        (next: ChangeSearch, replace = false) => { void navigate({ search: next, replace, resetScroll: false }) },
        [navigate]
    )
    // The filters are this team's; the range and the grouping hold for any.
    const goToTeam = useCallback(
        (id: string) => { void navigate({ params: { teamId: id }, search: (before) => omit(before, ...FILTERS) }) },
        [navigate]
    )
    const links = useBreakdownLinks(teamId, search)
    return (
        <>
            <h1>Overview</h1>
            <FilterBar
                {...{ teamId, search, timezone, teamTimezone }}
                span={question.span}
                onChange={(next, replace) => { change(() => next, replace) }}
            />
            <OfRange span={question.span}>
                {/* Begun anew for each team: its figures never wait behind another's. */}
                <OverviewScreen
                    key={teamId}
                    question={question}
                    by={search.by ?? 'model'}
                    links={links}
                    onChange={change}
                    onTeam={goToTeam}
                />
            </OfRange>
        </>
    )
}
