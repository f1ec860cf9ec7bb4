import { daysOf, RANGE_LABELS, RANGES, type RangeName, type Span } from '../time/range'
import { CustomDays } from './CustomDays'
import { FilterPicker } from './FilterPicker'
import { DIMENSION_LABELS, FILTERS, toggleFilter, type ScreenSearch } from './search'

interface Props {
    teamId: string
    span: Span
    search: ScreenSearch
    /** The zone in force: the address's, else the team's. */
    timezone: string
    teamTimezone: string
    /** `replace`: instead of the address that is there, for it was an edit of the same. */
    onChange: (search: ScreenSearch, replace?: boolean) => void
}

/** Time range, zone and filter chips of a screen; all of them live in its address. */
export function FilterBar({ teamId, span, search, timezone, teamTimezone, onChange }: Props) {
    return (
        <div className="filter-bar">
            <RangeButtons {...{ span, search, onChange }} />
            {search.range === 'custom' && <CustomDays {...{ span, search, onChange }} />}
            <ZoneChoice {...{ search, timezone, teamTimezone, onChange }} />
            <FilterPicker {...{ teamId, span, search, onChange }} />
            <FilterChips search={search} onChange={onChange} />
        </div>
    )
}

type Part = Pick<Props, 'search' | 'onChange'>

/** A custom range begins as the one that was chosen before. */
function RangeButtons({ span, search, onChange }: Pick<Props, 'span' | 'search' | 'onChange'>) {
    const chosen: RangeName = search.range ?? '7d'
    return (
        <div className="segments" role="group" aria-label="Time range">
            {RANGES.map((range) => (
                <button
                    key={range}
                    type="button"
                    aria-pressed={range === chosen}
                    onClick={() => { onChange({ ...search, range, ...(range === 'custom' && daysOf(span)) }) }}
                >
                    {RANGE_LABELS[range]}
                </button>
            ))}
        </div>
    )
}

function ZoneChoice({ search, timezone, teamTimezone, onChange }: Omit<Props, 'teamId' | 'span'>) {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone
    const zones = [...new Set([teamTimezone, 'UTC', own, timezone])]
    return (
        <label className="zone">
            Time zone{' '}
            <select value={timezone} onChange={(event) => { onChange({ ...search, timezone: event.target.value }) }}>
                {zones.map((zone) => (
                    <option key={zone}>{zone}</option>
                ))}
            </select>
        </label>
    )
}

function FilterChips({ search, onChange }: Part) {
    const chips = FILTERS.flatMap((name) => (search[name] ?? []).map((value) => ({ name, value })))
    if (chips.length === 0) return null
    return (
        <ul className="chips" aria-label="Filters">
            {chips.map(({ name, value }) => (
                <li key={`${name}=${value}`} className="chip">
                    {DIMENSION_LABELS[name]}: {value || 'none'}
                    <button
                        type="button"
                        aria-label={`Remove the filter ${DIMENSION_LABELS[name]}: ${value || 'none'}`}
                        onClick={() => { onChange(toggleFilter(search, name, value)) }}
                    >
                        ×
                    </button>
                </li>
            ))}
        </ul>
    )
}
