import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Span } from '../time/range'
import { askLines } from '../usage/lines'
import { DIMENSION_LABELS, FILTERS, toggleFilter, type FilterName, type ScreenSearch } from './search'

interface Props {
    search: ScreenSearch
    teamId: string
    span: Span
    onChange: (search: ScreenSearch) => void
}

const MOST_VALUES = 100

/** Chooses a property, then one of the values that calls of the range have: a new filter. */
export function FilterPicker({ search, teamId, span, onChange }: Props) {
    const [name, setName] = useState<FilterName>()
    return (
        <span className="filter-picker">
            <label>
                <span className="unseen">Filter by</span>
                <select
                    value={name ?? ''}
                    onChange={(event) => { setName(FILTERS.find((each) => each === event.target.value)) }}
                >
                    <option value="">+ Filter</option>
                    {FILTERS.map((each) => (
                        <option key={each} value={each}>{DIMENSION_LABELS[each]}</option>
                    ))}
                </select>
            </label>
            {name && (
                <ValueChoice
                    {...{ name, teamId, span }}
                    taken={search[name] ?? []}
                    onPick={(value) => {
                        setName(undefined)
                        onChange(toggleFilter(search, name, value))
                    }}
                />
            )}
        </span>
    )
}

interface ChoiceProps extends Pick<Props, 'teamId' | 'span'> {
    name: FilterName
    taken: string[]
    onPick: (value: string) => void
}

/** The values that cost most come first; a value without a name is one, too. */
function ValueChoice({ name, taken, teamId, span, onPick }: ChoiceProps) {
    const question = { teamId, span, filters: {}, dimension: name, limit: MOST_VALUES }
    const values = useQuery({
        queryKey: ['filter values', question],
        queryFn: ({ signal }) => askLines({ ...question, figures: ['total_cost_usd'], orderBy: 'total_cost_usd' }, signal),
    })
    const label = DIMENSION_LABELS[name]
    if (values.isError) return <span role="alert">The values could not be read: {values.error.message}</span>
    const free = values.data?.lines.filter((line) => !line.isOthers && !taken.includes(line.value)) ?? []
    return (
        <label>
            <span className="unseen">{label}</span>
            <select value="" disabled={values.isPending} onChange={(event) => { onPick(event.target.value.slice(1)) }}>
                <option value="" disabled>{describe(label, values.isPending, free.length)}</option>
                {free.map((line) => (
                    // The mark keeps a value that is empty apart from no choice.
                    <option key={line.value} value={`=${line.value}`}>{line.name || 'none named'}</option>
                ))}
            </select>
        </label>
    )
}

function describe(label: string, isPending: boolean, values: number): string {
    if (isPending) return `Loading …`
    return values > 0 ? `${label} is …` : `No other ${label.toLowerCase()} in this range`
}
