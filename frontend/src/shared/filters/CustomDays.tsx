import { useState } from 'react'
import { daysOf, FIRST_DAY, isDate, LAST_DAY, type Span } from '../time/range'
import type { ScreenSearch } from './search'

interface Props {
    span: Span
    search: ScreenSearch
    onChange: (search: ScreenSearch, replace: boolean) => void
}

const SIDES = ['start', 'end'] as const

/**
 * First and last day of a custom range.
 *
 * A year that is being typed is 0002 first, then 0020, and one day may be after the other until that is chosen, too:
 * what is no range yet stays here and asks for nothing. Each whole day replaces the address: back leads to the range
 * before this one, not to the days that were typed on the way.
 */
export function CustomDays({ span, search, onChange }: Props) {
    const inForce = daysOf(span)
    const [days, setDays] = useState(inForce)
    const [before, setBefore] = useState(inForce)
    if (before.start !== inForce.start || before.end !== inForce.end) {
        setBefore(inForce)
        setDays(inForce)
    }
    const areDays = isDate(days.start) && isDate(days.end)
    const change = (next: typeof days) => {
        setDays(next)
        if (isDate(next.start) && isDate(next.end) && next.start <= next.end) onChange({ ...search, ...next }, true)
    }
    return (
        <span className="days">
            {SIDES.map((side) => (
                <label key={side}>
                    {side === 'start' ? 'From' : 'to'}{' '}
                    <input
                        type="date"
                        min={FIRST_DAY}
                        max={LAST_DAY}
                        value={days[side]}
                        onChange={(event) => { change({ ...days, [side]: event.target.value }) }}
                    />
                </label>
            ))}
            {areDays && days.start > days.end && <span role="status">The first day is after the last.</span>}
        </span>
    )
}
