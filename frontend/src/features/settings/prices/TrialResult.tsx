import { Figure } from '../../../shared/figures/Figure'
import { formatExactly, formatUsd } from '../../../shared/format/format'
import type { Trial } from '../api/prices'
import { sayPriceSource } from './priceSource'
import { TrialReading } from './TrialReading'

type Term = Trial['costs']['terms'][number]

/** The cost with how it adds up, the reading behind the counts, and what is suspicious about either. */
export function TrialResult({ trial }: { trial: Trial }) {
    const { costs, flags } = trial
    const total = costs.columns['total_cost_usd'] ?? null
    const terms = costs.terms.filter((term) => Number(term.quantity) !== 0)
    return (
        <div className="trial">
            <p className="trial-total">
                <span className="trial-cost" data-figure="total_cost_usd">
                    <Figure figure={total === null ? { text: '–', title: 'not known' } : formatUsd(total)} />
                </span>{' '}
                {sayPriceSource(costs.source, costs.price_name)}
            </p>
            {flags.length > 0 && (
                <ul className="flags" aria-label="Flags">
                    {flags.map((flag) => (
                        <li key={flag.name}>
                            <code>{flag.name}</code> {flag.text}
                        </li>
                    ))}
                </ul>
            )}
            {terms.length > 0 && <TermsTable terms={terms} total={costs.own_total_usd} />}
            <TrialReading reading={trial.reading} tokens={trial.tokens} />
        </div>
    )
}

function TermsTable({ terms, total }: { terms: Term[]; total: string | null }) {
    return (
        <div className="scroll">
            <table className="terms">
                <caption>How it adds up, in US dollars</caption>
                <thead>
                    <tr>
                        <th scope="col">Rate</th>
                        <th scope="col" className="number">Quantity</th>
                        <th scope="col" className="number">Each</th>
                        <th scope="col" className="number">Amount</th>
                    </tr>
                </thead>
                <tbody>
                    {terms.map((term) => (
                        <tr key={term.column + term.rate_name} data-term={term.rate_name}>
                            <th scope="row" title={`into ${term.column}`}>{term.rate_name.replaceAll('_', ' ')}</th>
                            <td className="number">{formatExactly(term.quantity)}</td>
                            <td className="number">× ${formatExactly(term.rate_usd)}</td>
                            <td className="number" data-amount>${formatExactly(term.amount_usd)}</td>
                        </tr>
                    ))}
                </tbody>
                {total !== null && (
                    <tfoot>
                        <tr>
                            <th scope="row" colSpan={3}>Sum</th>
                            <td className="number" data-figure="own_total_usd">${formatExactly(total)}</td>
                        </tr>
                    </tfoot>
                )}
            </table>
        </div>
    )
}
