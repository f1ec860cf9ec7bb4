import './breakdowns.css'
import { Completeness } from '../../shared/figures/Completeness'
import { Definitions } from '../../shared/figures/Definitions'
import { pickFilters } from '../../shared/filters/search'
import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import type { Span } from '../../shared/time/range'
import { LINE_LABELS } from '../../shared/usage/lines'
import { useBreakdown, type Question } from './api/breakdown'
import { BreakdownTable } from './BreakdownTable'
import { COLUMNS, DEFAULT_SORT, FIGURES } from './columns'
import { Crumbs } from './Crumbs'
import { DIMENSIONS, drill, listCrumbs, nextDimension, type BreakdownSearch } from './search'

interface Props {
    teamId: string
    team: string
    span: Span
    search: BreakdownSearch
    onChange: (search: BreakdownSearch) => void
    /** Go to a team, and there to this search. */
    onTeam: (teamId: string, search: BreakdownSearch) => void
}

/** Who used what, by one property after the other. */
export function BreakdownsScreen({ teamId, team, span, search, onChange, onTeam }: Props) {
    const dimension = search.dimension ?? 'model'
    const sort = search.sort ?? DEFAULT_SORT
    const question = { teamId, span, filters: pickFilters(search), dimension, sort }
    const pick = (value: string) => {
        if (dimension === 'team') onTeam(value, { ...search, dimension: nextDimension(search, 'team') })
        else onChange(drill(search, dimension, value))
    }
    return (
        <>
            <Crumbs crumbs={listCrumbs(search, team)} onGo={onChange} />
            <section className="panel" aria-labelledby="breakdown-title">
                <div className="panel-heading">
                    <h2 id="breakdown-title">
                        By {LINE_LABELS[dimension].toLowerCase()}, the largest {COLUMNS[sort].label.toLowerCase()} first
                    </h2>
                    <div className="segments" role="group" aria-label="Break down by">
                        {DIMENSIONS.map((each) => (
                            <button
                                key={each}
                                type="button"
                                aria-pressed={each === dimension}
                                onClick={() => { onChange({ ...search, dimension: each }) }}
                            >
                                {LINE_LABELS[each]}
                            </button>
                        ))}
                    </div>
                </div>
                <Body question={question} onSort={(next) => { onChange({ ...search, sort: next }) }} onPick={pick} />
                <Definitions figures={FIGURES} />
            </section>
        </>
    )
}

interface BodyProps {
    question: Question
    onSort: (sort: Question['sort']) => void
    onPick: (value: string) => void
}

function Body({ question, onSort, onPick }: BodyProps) {
    const breakdown = useBreakdown(question)
    if (breakdown.isPending) return <LoadingNote what="the breakdown" lines={8} />
    if (breakdown.isError) return <ErrorNote error={breakdown.error} retry={() => { void breakdown.refetch() }} />
    const { dimension, sort } = question
    return (
        <div className={breakdown.isPlaceholderData ? 'breakdown-body is-stale' : 'breakdown-body'} aria-busy={breakdown.isPlaceholderData}>
            {breakdown.data.lines.length === 0 ? (
                <EmptyNote>No calls in this range{Object.keys(question.filters).length > 0 && ' with these filters'}.</EmptyNote>
            ) : (
                <BreakdownTable {...{ dimension, sort, onSort, onPick }} breakdown={breakdown.data} />
            )}
            <Completeness completeness={breakdown.data.completeness} />
        </div>
    )
}
