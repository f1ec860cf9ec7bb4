import { EmptyNote } from '../../../shared/states/states'
import type { Trial } from '../api/prices'
import { TokenFacts } from './TokenFacts'

type Reading = NonNullable<Trial['reading']>

/** How the counts were understood: the reading chosen, and those rejected with their arithmetic. */
export function TrialReading({ reading, tokens }: Pick<Trial, 'reading' | 'tokens'>) {
    if (reading === null) return <EmptyNote>The usage reports no counts that any rule knows.</EmptyNote>
    return (
        <>
            <h3>How the usage was read</h3>
            <p>
                As usage of the {reading.family} family: {reading.meaning}
            </p>
            {reading.candidates.length > 0 && <Candidates candidates={reading.candidates} />}
            {reading.unknown_keys.length > 0 && <p>Keys that no rule knows: {reading.unknown_keys.join(', ')}</p>}
            <TokenFacts tokens={tokens} />
        </>
    )
}

function Candidates({ candidates }: { candidates: Reading['candidates'] }) {
    return (
        <ul className="candidates" aria-label="Readings">
            {candidates.map((each) => (
                <li key={each.name} className={each.is_chosen ? 'is-chosen' : undefined}>
                    <span aria-hidden="true">{each.is_chosen ? '✓' : '✕'}</span>
                    <span>
                        <span className="unseen">{each.is_chosen ? 'chosen: ' : 'rejected: '}</span>
                        <code>{each.equation}</code> <span className="hint">{each.verdict}</span>
                    </span>
                </li>
            ))}
        </ul>
    )
}
