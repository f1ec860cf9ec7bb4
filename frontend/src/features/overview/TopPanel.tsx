import { memo } from 'react'
import { GROUPS } from '../../shared/filters/search'
import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import { LINE_LABELS, type Dimension } from '../../shared/usage/lines'
import { useTop } from './api/top'
import type { Question } from './question'
import { TopTable } from './TopTable'

interface Props {
    question: Question
    by: Dimension
    onGroup: (by: Dimension) => void
    onPick: (name: Dimension, value: string) => void
}

/** Where the money went, by the dimension that the visitor chose. */
export const TopPanel = memo(function TopPanel({ question, by, onGroup, onPick }: Props) {
    return (
        <section className="panel" aria-labelledby="top-title">
            <div className="panel-heading">
                <h2 id="top-title">Cost by {LINE_LABELS[by].toLowerCase()}</h2>
                <div className="segments" role="group" aria-label="Group by">
                    {GROUPS.map((name) => (
                        <button key={name} type="button" aria-pressed={name === by} onClick={() => { onGroup(name) }}>
                            {LINE_LABELS[name]}
                        </button>
                    ))}
                </div>
            </div>
            <TopBody question={question} by={by} onPick={(value) => { onPick(by, value) }} />
        </section>
    )
})

function TopBody({ question, by, onPick }: { question: Question; by: Dimension; onPick: (value: string) => void }) {
    const top = useTop(question, by)
    if (top.isPending) return <LoadingNote what="the table" lines={6} />
    if (top.isError) return <ErrorNote error={top.error} retry={() => { void top.refetch() }} />
    if (top.data.lines.length === 0) return <EmptyNote>No calls in this range.</EmptyNote>
    return <TopTable dimension={by} lines={top.data.lines} onPick={onPick} />
}
