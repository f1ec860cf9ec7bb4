import { Figure } from '../../shared/figures/Figure'
import { formatCount } from '../../shared/format/format'
import { EmptyNote } from '../../shared/states/states'
import type { CallDetail, Explanation as Explained } from './api/generation'
import { CostTerms } from './CostTerms'
import { print } from './conversation'

/** From the usage as it was received to each column: what was read, how, and what it cost. */
export function Explanation({ call }: { call: CallDetail }) {
    const told = call.explanation
    if (!told) return <EmptyNote>There is no explanation: {call.explanation_fault ?? 'the row has no evidence'}.</EmptyNote>
    return (
        <div className="explanation">
            <Usage told={told} />
            <Readings told={told} />
            <Counts told={told} />
            <CostTerms costs={told.costs} />
            <Differences told={told} />
            <p className="faint">
                Read by the rules of version {told.rules_version ?? 'unknown'}; today's are version {told.current_rules_version}.
            </p>
        </div>
    )
}

function Usage({ told }: { told: Explained }) {
    const { usage, source, other_witnesses: witnesses } = told.evidence
    return (
        <section>
            <h3>1. The usage as it was received</h3>
            <p>It is {source}.</p>
            {Object.keys(usage).length > 0 && <pre className="json" data-evidence="">{print(usage)}</pre>}
            {Object.keys(witnesses).length > 0 && (
                <details>
                    <summary>What else the event says of its usage</summary>
                    <pre className="json">{print(witnesses)}</pre>
                </details>
            )}
        </section>
    )
}

function Readings({ told }: { told: Explained }) {
    const { reading } = told
    if (!reading) return null
    return (
        <section>
            <h3>2. How it was read</h3>
            <p>
                {capitalize(reading.meaning)}.{' '}
                {reading.total === null
                    ? 'No total was reported: the convention of the provider decides.'
                    : `A reading is right if its sum is the reported total of ${formatCount(reading.total).title}.`}
            </p>
            <ul className="readings">
                {reading.candidates.map((candidate) => (
                    <li key={candidate.name} className={candidate.is_chosen ? 'is-chosen' : 'is-rejected'}>
                        <strong>{candidate.is_chosen ? '✓ Chosen' : '✗ Rejected'}</strong>{' '}
                        <code>{candidate.equation}</code>
                        <span className="verdict">
                            {nameReading(candidate.name)}: {candidate.verdict}
                        </span>
                    </li>
                ))}
            </ul>
            {reading.unknown_keys.length > 0 && (
                <p>Keys that no rule knows: {reading.unknown_keys.map((key) => <code key={key}>{key} </code>)}</p>
            )}
        </section>
    )
}

function nameReading(name: string): string {
    return name.replaceAll('_', ' ').replaceAll('+', ', ')
}

function Counts({ told }: { told: Explained }) {
    const columns = Object.entries(told.tokens)
    const known = columns.filter(([, count]) => count !== null)
    const unknown = columns.filter(([, count]) => count === null).map(([name]) => nameColumn(name))
    return (
        <section>
            <h3>3. The counts that came of it</h3>
            {known.length > 0 && (
                <div className="scroll">
                    <table className="counts">
                        <thead>
                            <tr><th scope="col">Column</th><th scope="col" className="number">Count</th><th scope="col">Where from</th></tr>
                        </thead>
                        <tbody>
                            {known.map(([name, count]) => (
                                <tr key={name}>
                                    <th scope="row">{nameColumn(name)}</th>
                                    <td className="number"><Figure figure={formatCount(count, unitOf(name))} /></td>
                                    <td>{told.reading?.origins[name] ?? ''}</td>
                                </tr>
                            ))}
                        </tbody>
                    </table>
                </div>
            )}
            {unknown.length > 0 && <p className="faint">Not reported: {unknown.join(', ')}.</p>}
        </section>
    )
}

function Differences({ told }: { told: Explained }) {
    if (told.differences.length === 0) return null
    return (
        <section className="note">
            <h3>Today's rules would give other figures</h3>
            <ul>
                {told.differences.map(({ column, stored, derived }) => (
                    <li key={column}>
                        {nameColumn(column)}: stored <code>{tell(stored)}</code>, today <code>{tell(derived)}</code>
                    </li>
                ))}
            </ul>
        </section>
    )
}

function tell(value: unknown): string {
    return value === null || value === undefined ? '–' : print(value)
}

function nameColumn(name: string): string {
    return capitalize(name.replaceAll('_', ' ').replace('usd', 'USD'))
}

function unitOf(name: string): string {
    return name === 'web_search_count' ? 'searches' : 'tokens'
}

function capitalize(text: string): string {
    return text.slice(0, 1).toUpperCase() + text.slice(1)
}
