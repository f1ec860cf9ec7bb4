import { useNavigate, useSearch } from '@tanstack/react-router'
import { BreakdownsScreen } from '../features/breakdowns/BreakdownsScreen'
import type { BreakdownSearch } from '../features/breakdowns/search'
import { FilterBar } from '../shared/filters/FilterBar'
import { OfRange } from '../shared/filters/OfRange'
import { useScreen } from './useScreen'

/** Puts the address's range, filters and dimension together with the screen. */
export function BreakdownsRoute() {
    const search = useSearch({ from: '/project/$teamId/breakdowns' })
    const navigate = useNavigate({ from: '/project/$teamId/breakdowns' })
    const { teamId, team, span, timezone, teamTimezone } = useScreen(search)
    const change = (next: BreakdownSearch, replace = false) => { void navigate({ search: next, replace, resetScroll: false }) }
    const goToTeam = (id: string, next: BreakdownSearch) => { void navigate({ params: { teamId: id }, search: next }) }
    return (
        <>
            <h1>Breakdowns</h1>
            <FilterBar {...{ teamId, span, search, timezone, teamTimezone }} onChange={change} />
            <OfRange span={span}>
                <BreakdownsScreen {...{ teamId, team, span, search }} onChange={change} onTeam={goToTeam} />
            </OfRange>
        </>
    )
}
