import { memo } from 'react'
import { Figure } from '../../shared/figures/Figure'
import { formatUsd } from '../../shared/format/format'
import { FollowLink } from '../../shared/links/FollowLink'
import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import type { Dimension } from '../../shared/usage/lines'
import { useTop } from './api/top'
import { LineName } from './LineName'
import './overview.css'
import type { Question } from './question'

const LISTS = [
    ['team', 'teams'],
    ['model', 'models'],
    ['api_key_alias', 'keys'],
    ['end_user', 'users'],
] as const
const MOST_LINES = 5

export interface BreakdownLinks {
    toBreakdown: (dimension: Dimension) => string
    onBreakdown: (dimension: Dimension) => void
}

interface Props {
    question: Question
    links: BreakdownLinks
    onPick: (name: Dimension, value: string) => void
}

/** Who and what cost most, side by side; each list leads to its breakdown. */
export const TopLists = memo(function TopLists({ question, links, onPick }: Props) {
    return (
        <div className="top-lists">
            {LISTS.map(([dimension, name]) => (
                <section key={dimension} className="panel" aria-labelledby={`top-${dimension}`}>
                    <div className="panel-heading">
                        <h2 id={`top-${dimension}`}>Top {name}</h2>
                        <FollowLink href={links.toBreakdown(dimension)} onFollow={() => { links.onBreakdown(dimension) }}>
                            All<span className="unseen"> {name}</span>
                        </FollowLink>
                    </div>
                    <TopList question={question} dimension={dimension} onPick={(value) => { onPick(dimension, value) }} />
                </section>
            ))}
        </div>
    )
})

interface ListProps {
    question: Question
    dimension: Dimension
    onPick: (value: string) => void
}

function TopList({ question, dimension, onPick }: ListProps) {
    const top = useTop(question, dimension)
    if (top.isPending) return <LoadingNote what="the list" lines={MOST_LINES} />
    if (top.isError) return <ErrorNote error={top.error} retry={() => { void top.refetch() }} />
    if (top.data.lines.length === 0) return <EmptyNote>No calls in this range.</EmptyNote>
    return (
        <ol className="top-list">
            {top.data.lines.slice(0, MOST_LINES).map((line) => (
                <li key={line.isOthers ? 'others' : `=${line.value}`}>
                    <LineName {...{ dimension, line, onPick }} />
                    <Figure
                        figure={formatUsd(line.figures.total_cost_usd)}
                        isLowerBound={line.figures.lower_bounds.includes('total_cost_usd')}
                    />
                </li>
            ))}
        </ol>
    )
}
