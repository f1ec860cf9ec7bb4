import { Figure } from '../../../shared/figures/Figure'
import { formatCount } from '../../../shared/format/format'
import type { Trial } from '../api/prices'

/** The counts that the usage reports, each in the words of its column. */
export function TokenFacts({ tokens }: { tokens: Trial['tokens'] }) {
    const known = Object.entries(tokens).filter(([, count]) => count !== null)
    return (
        <dl className="facts">
            {known.map(([name, count]) => (
                <div key={name}>
                    <dt>{name.replaceAll('_', ' ')}</dt>
                    <dd data-tokens={name}><Figure figure={formatCount(count)} /></dd>
                </div>
            ))}
        </dl>
    )
}
