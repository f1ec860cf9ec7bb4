import { Figure } from '../../shared/figures/Figure'
import { Term } from '../../shared/figures/Term'
import { DIMENSION_LABELS, type FilterName } from '../../shared/filters/search'
import { formatCount, formatShare, formatUsd } from '../../shared/format/format'
import type { TopLine } from './api/top'

interface Props {
    dimension: FilterName
    lines: TopLine[]
    onPick: (value: string) => void
}

/** One dimension's lines, the dearest first, with a bar for each one's part of the dearest. */
export function TopTable({ dimension, lines, onPick }: Props) {
    const most = Math.max(...lines.map((line) => Number(line.figures.total_cost_usd ?? 0)))
    const label = DIMENSION_LABELS[dimension]
    return (
        <div className="scroll">
            <table className="top">
                <caption className="unseen">Cost by {label.toLowerCase()}</caption>
                <thead>
                    <tr>
                        <th scope="col">{label}</th>
                        <th scope="col" className="number"><Term figure="total_cost_usd" label="Cost" /></th>
                        <th scope="col" className="number"><Term figure="total_tokens" label="Tokens" /></th>
                        <th scope="col" className="number"><Term figure="calls" label="Calls" /></th>
                        <th scope="col" className="number"><Term figure="cache_hit_rate" label="Cache-hit rate" /></th>
                    </tr>
                </thead>
                <tbody>
                    {lines.map((line) => (
                        <Row key={line.is_others ? 'others' : `=${line.key ?? ''}`} {...{ line, most, onPick }} />
                    ))}
                </tbody>
            </table>
        </div>
    )
}

function Row({ line, most, onPick }: { line: TopLine; most: number; onPick: (value: string) => void }) {
    const { figures } = line
    const share = most > 0 ? Math.max(0, Number(figures.total_cost_usd ?? 0) / most) : 0
    return (
        <tr>
            <th scope="row">
                <RowName line={line} onPick={onPick} />
                <meter className="share" min={0} max={1} value={share} aria-hidden="true" />
            </th>
            <td className="number" data-figure="total_cost_usd">
                <Figure figure={formatUsd(figures.total_cost_usd)} isLowerBound={figures.lower_bounds.includes('total_cost_usd')} />
            </td>
            <td className="number">
                <Figure figure={formatCount(figures.total_tokens)} isLowerBound={figures.lower_bounds.includes('total_tokens')} />
            </td>
            <td className="number"><Figure figure={formatCount(figures.calls, 'calls')} /></td>
            <td className="number"><Figure figure={formatShare(figures.cache_hit_rate)} /></td>
        </tr>
    )
}

function RowName({ line, onPick }: { line: TopLine; onPick: (value: string) => void }) {
    if (line.is_others) return <span>{line.members} others</span>
    return (
        <button type="button" className="pick" title="Only these calls" onClick={() => { onPick(line.key ?? '') }}>
            {line.key || <em>none named</em>}
        </button>
    )
}
