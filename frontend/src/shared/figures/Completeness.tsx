import type { Schemas } from '../api/client'

/** Whether the figures are the whole truth yet; if not, why. */
export function Completeness({ completeness }: { completeness: Schemas['CompletenessAnswer'] }) {
    if (completeness.complete) {
        return (
            <p className="completeness is-complete" role="status">
                ✓ Complete: nothing of this range is known to be missing.
            </p>
        )
    }
    return (
        <details className="completeness">
            <summary>
                Not complete yet: {completeness.reasons.length === 1 ? 'one reason' : `${String(completeness.reasons.length)} reasons`}
            </summary>
            <ul>
                {completeness.reasons.map((reason) => (
                    <li key={`${reason.code} ${reason.gateway ?? ''}`}>
                        {reason.gateway && <strong>{reason.gateway}: </strong>}
                        {reason.detail}
                    </li>
                ))}
            </ul>
        </details>
    )
}
