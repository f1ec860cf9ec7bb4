import { Figure } from '../../shared/figures/Figure'
import { Term } from '../../shared/figures/Term'
import { formatCount, formatShare, formatUsd } from '../../shared/format/format'
import { WideTable } from '../../shared/tables/WideTable'
import { LINE_LABELS, type Dimension } from '../../shared/usage/lines'
import type { TopLine } from './api/top'
import { LineName } from './LineName'

interface Props {
    dimension: Dimension
    lines: TopLine[]
    onPick: (value: string) => void
}

/** One dimension's lines, the dearest first, with a bar for each one's part of the dearest. */
export function TopTable({ dimension, lines, onPick }: Props) {
    const most = Math.max(...lines.map((line) => Number(line.figures.total_cost_usd ?? 0)))
    const label = LINE_LABELS[dimension]
    return (
        <WideTable label={`Cost by ${label.toLowerCase()}`}>
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
                        <Row key={line.isOthers ? 'others' : `=${line.value}`} {...{ dimension, line, most, onPick }} />
                    ))}
                </tbody>
            </table>
        </WideTable>
    )
}

interface RowProps extends Pick<Props, 'dimension' | 'onPick'> {
    line: TopLine
    most: number
}

function Row({ dimension, line, most, onPick }: RowProps) {
    const { figures } = line
    const share = most > 0 ? Math.max(0, Number(figures.total_cost_usd ?? 0) / most) : 0
    return (
        <tr>
            <th scope="row">
                <LineName {...{ dimension, line, onPick }} />
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
