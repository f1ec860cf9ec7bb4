import { Figure } from '../../shared/figures/Figure'
import type { Schemas } from '../../shared/api/client'
import { WideTable } from '../../shared/tables/WideTable'
import { formatReported } from './figures'

const MOST_LINES = 6

/** The values of a property that used most; those beyond are named by their number. */
export function Shares({ title, shares }: { title: string; shares: readonly Schemas['ShareAnswer'][] }) {
    const shown = shares.slice(0, MOST_LINES)
    const rest = shares.length - shown.length
    if (shown.length === 0) return null
    return (
        <WideTable label={title}>
            <table className="share-table">
                <caption>{title}</caption>
                <thead>
                    <tr>
                        <th scope="col">{title.replace('By ', '').replace(/^./, (first) => first.toUpperCase())}</th>
                        <th scope="col" className="number">Calls</th>
                        <th scope="col" className="number">Tokens</th>
                        <th scope="col" className="number">Cost</th>
                    </tr>
                </thead>
                <tbody>
                    {shown.map((share) => (
                        <tr key={share.name ?? 'others'}>
                            <th scope="row">{share.name === null ? 'all others' : share.name || <em>none named</em>}</th>
                            <td className="number"><Figure figure={formatReported(share.calls, 'calls')} /></td>
                            <td className="number"><Figure figure={formatReported(share.total_tokens, 'tokens')} /></td>
                            <td className="number">
                                <Figure
                                    figure={formatReported(share.total_cost_usd, 'usd')}
                                    isLowerBound={share.unpriced_calls > 0 && share.total_cost_usd !== null}
                                />
                            </td>
                        </tr>
                    ))}
                </tbody>
                {rest > 0 && (
                    <tfoot>
                        <tr><td colSpan={4}>and {rest} more, in the files</td></tr>
                    </tfoot>
                )}
            </table>
        </WideTable>
    )
}
