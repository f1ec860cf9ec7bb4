import { Figure } from '../../shared/figures/Figure'
import { formatExactly, formatUsd } from '../../shared/format/format'
import type { Explanation } from './api/generation'
import { formatRate } from './rates'

type Costs = Explanation['costs']

/** Whose figure a row holds, in words; see the accounting contract on the order of trust. */
const SOURCES: Record<string, string> = {
    gateway: 'The cost is the gateway\'s own figure; ours is worked out beside it.',
    caller: 'The cost is what the caller reported; ours is worked out beside it.',
    provider: 'The cost is the provider\'s own charge; ours is worked out beside it.',
    custom: 'The cost follows from the prices that the event itself states.',
    team_price: 'The cost follows from a price that the team has agreed on.',
    catalogue: 'The cost follows from the price list.',
}

/** Each line of the cost with its rate, and whose word counts. */
export function CostTerms({ costs }: { costs: Costs }) {
    return (
        <section>
            <h3>4. What it cost</h3>
            <p>
                {costs.source === null ? 'Nobody knows what it cost: unknown is not free.' : (SOURCES[costs.source] ?? costs.source)}
                {costs.price_name && <> Prices are those of <code>{costs.price_name}</code>.</>}
            </p>
            {costs.terms.length > 0 && <TermsTable costs={costs} />}
            <dl className="facts">
                <Total label="In the row" figure="total_cost_usd" amount={costs.columns['total_cost_usd'] ?? null} />
                <Total label="Our own figure" figure="own_total_usd" amount={costs.own_total_usd} />
                <Total label="The gateway's figure" figure="gateway_total_usd" amount={costs.gateway_total_usd} />
            </dl>
        </section>
    )
}

function TermsTable({ costs }: { costs: Costs }) {
    return (
        <div className="scroll">
            <table className="terms">
                <thead>
                    <tr>
                        <th scope="col">Rate</th>
                        <th scope="col" className="number">Quantity</th>
                        <th scope="col" className="number">Price</th>
                        <th scope="col" className="number">Amount</th>
                    </tr>
                </thead>
                <tbody>
                    {costs.terms.map((term) => (
                        <tr key={`${term.column} ${term.rate_name}`} data-term={term.rate_name}>
                            <th scope="row">{term.rate_name.replaceAll('_', ' ')}</th>
                            <td className="number">{formatExactly(term.quantity)}</td>
                            <td className="number"><Figure figure={formatRate(term.rate_usd)} /></td>
                            <td className="number"><Figure figure={{ ...formatUsd(term.amount_usd), text: `$${formatExactly(term.amount_usd)}` }} /></td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    )
}

function Total({ label, figure, amount }: { label: string; figure: string; amount: string | null }) {
    const exact = amount === null ? formatUsd(null) : formatUsd(amount)
    return (
        <div>
            <dt>{label}</dt>
            <dd data-figure={figure}>
                <Figure figure={amount === null ? { ...exact, title: 'not known' } : { ...exact, text: exact.title }} />
            </dd>
        </div>
    )
}
