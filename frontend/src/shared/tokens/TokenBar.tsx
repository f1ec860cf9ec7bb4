import { formatCount } from '../format/format'
import { splitTokens, type TokenCounts } from './parts'
import './tokens.css'

/** What a call's tokens are made of, as widths; nothing where no part is known to be more than 0. */
export function TokenBar({ counts }: { counts: TokenCounts }) {
    // A part below zero (more reasoning than output) is flagged and told as a number; it has no width.
    const parts = splitTokens(counts).filter((part) => part.count !== null && part.count > 0)
    if (parts.length === 0) return null
    const told = parts.map(({ label, count }) => `${label} ${formatCount(count).title}`)
    return (
        <span className="token-bar" role="img" aria-label={told.join(', ')} title={told.join('\n')}>
            {parts.map(({ figure, color, count }) => (
                <span key={figure} className={color} data-part={figure} style={{ flexGrow: count ?? 0 }} />
            ))}
        </span>
    )
}
