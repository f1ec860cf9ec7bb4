import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { OverviewScreen } from '../features/overview/OverviewScreen'
import { FilterBar } from '../shared/filters/FilterBar'
import { FILTERS, pickFilters, type ScreenSearch } from '../shared/filters/search'
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
    const change = (next: ScreenSearch) => { void navigate({ search: next, resetScroll: false }) }
    // The filters are this team's; the range and the grouping hold for any.
    const goToTeam = (id: string) => {
        void navigate({ params: { teamId: id }, search: omit(search, ...FILTERS) })
    }
    return (
        <>
            <h1>Overview</h1>
            <FilterBar {...{ teamId, search, timezone, teamTimezone }} span={question.span} onChange={change} />
            <OverviewScreen
                question={question}
                search={search}
                links={useBreakdownLinks(teamId, search)}
                onChange={change}
                onTeam={goToTeam}
            />
        </>
    )
}
