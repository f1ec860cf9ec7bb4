import { useNavigate, useSearch } from '@tanstack/react-router'
import { IntegrityScreen } from '../features/integrity/IntegrityScreen'
import type { IntegritySearch } from '../features/integrity/search'
import { FilterBar } from '../shared/filters/FilterBar'
import { OfRange } from '../shared/filters/OfRange'
import { useScreen } from './useScreen'

/** Puts the address's range, filters and alert together with the screen. */
export function IntegrityRoute() {
    const search = useSearch({ from: '/project/$teamId/integrity' })
    const navigate = useNavigate({ from: '/project/$teamId/integrity' })
    const { teamId, span, timezone, teamTimezone } = useScreen(search)
    const change = (next: IntegritySearch, replace = false) => { void navigate({ search: next, replace, resetScroll: false }) }
    return (
        <>
            <h1>Integrity</h1>
            <FilterBar {...{ teamId, span, search, timezone, teamTimezone }} onChange={change} />
            <OfRange span={span}>
                <IntegrityScreen {...{ teamId, span, search }} onChange={change} />
            </OfRange>
        </>
    )
}
