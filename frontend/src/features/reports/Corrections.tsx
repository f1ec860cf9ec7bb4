import { Figure } from '../../shared/figures/Figure'
import { nameMoment } from '../../shared/time/moment'
import type { ReportVersion } from './api/reports'
import { formatReported, ROWS } from './figures'
import { sayReason } from './state'

/** What later versions of a day changed, when and why, the newest first. */
export function Corrections({ versions }: { versions: readonly ReportVersion[] }) {
    const corrections = versions.filter((version) => version.version > 1)
    if (corrections.length === 0) return null
    return (
        <section className="corrections" aria-labelledby="corrections-title">
            <h3 id="corrections-title">Corrections</h3>
            {corrections.map((version) => (
                <Correction key={version.version} version={version} />
            ))}
        </section>
    )
}

function Correction({ version }: { version: ReportVersion }) {
    const changes = ROWS.flatMap(({ figure, label, kind }) => {
        const change: unknown = version.changes[figure]
        return Array.isArray(change) ? [{ figure, label, before: formatReported(change[0], kind), after: formatReported(change[1], kind) }] : []
    })
    const others = Object.keys(version.changes).length - changes.length
    return (
        <div className="correction" data-version={version.version}>
            <p>
                <strong>Version {version.version}</strong>, {nameMoment(version.closed_at ?? version.refreshed_at)}:{' '}
                {sayReason(version.reason)}.
            </p>
            <table>
                <thead>
                    <tr>
                        <th scope="col">Figure</th>
                        <th scope="col" className="number">Before</th>
                        <th scope="col" className="number">After</th>
                    </tr>
                </thead>
                <tbody>
                    {changes.map(({ figure, label, before, after }) => (
                        <tr key={figure} data-changed={figure}>
                            <th scope="row">{label}</th>
                            <td className="number"><Figure figure={before} /></td>
                            <td className="number"><Figure figure={after} /></td>
                        </tr>
                    ))}
                </tbody>
            </table>
            {others > 0 && <p className="faint">And {others} more {others === 1 ? 'figure or breakdown' : 'figures or breakdowns'}, in the API's answer.</p>}
        </div>
    )
}
