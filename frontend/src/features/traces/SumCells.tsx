import type { Schemas } from '../../shared/api/client'
import { Figure } from '../../shared/figures/Figure'
import { Term } from '../../shared/figures/Term'
import { formatCount, formatUsd } from '../../shared/format/format'
import { TokenBar } from '../../shared/tokens/TokenBar'

type Sums = Schemas['SumsAnswer']

export function SumHeads() {
    return (
        <>
            <th scope="col" className="number"><Term figure="total_tokens" label="Tokens" /></th>
            <th scope="col" className="number"><Term figure="total_cost_usd" label="Cost" /></th>
            <th scope="col" className="number"><Term figure="calls" label="Calls" /></th>
        </>
    )
}

/** What the calls of one line used together. */
export function SumCells({ line }: { line: { sums: Sums } }) {
    const { sums } = line
    return (
        <>
            <td className="number tokens" data-figure="total_tokens">
                <Figure figure={formatCount(sums.total_tokens)} />
                <TokenBar counts={sums} />
            </td>
            <td className="number" data-figure="total_cost_usd">
                <CostFigure sums={sums} />
            </td>
            <td className="number" data-figure="calls">
                <Figure figure={formatCount(sums.calls, 'calls')} />
                {sums.failed_calls > 0 && <span className="badge fault">{sums.failed_calls.toLocaleString('en')} failed</span>}
            </td>
        </>
    )
}

/** A lower bound where a call has no known price. */
export function CostFigure({ sums }: { sums: Sums }) {
    return <Figure figure={formatUsd(sums.total_cost_usd)} isLowerBound={sums.unpriced_calls > 0 && sums.total_cost_usd !== null} />
}
