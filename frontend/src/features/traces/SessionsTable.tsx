import { WideTable } from '../../shared/tables/WideTable'
import { formatMoment } from '../../shared/time/moment'
import type { SessionLine } from './api/sessions'
import { SumCells, SumHeads } from './SumCells'

interface Props {
    lines: SessionLine[]
    timezone: string
    onPick: (session: string) => void
}

/** A line a session, the latest begun first; a press shows its traces. */
export function SessionsTable({ lines, timezone, onPick }: Props) {
    return (
        <WideTable label="Sessions">
            <table className="groups">
                <caption className="unseen">Sessions</caption>
                <thead>
                    <tr>
                        <th scope="col" className="wide-only">Begun</th>
                        <th scope="col">Session</th>
                        <SumHeads />
                        <th scope="col" className="number">Traces</th>
                        <th scope="col">Models</th>
                    </tr>
                </thead>
                <tbody>
                    {lines.map((line) => (
                        <tr key={line.session_id} data-session={line.session_id}>
                            <td className="moment wide-only" title={formatMoment(line.started_at, timezone).title}>
                                {formatMoment(line.started_at, timezone).text}
                            </td>
                            <th scope="row">
                                <button type="button" className="pick" title="Its traces" onClick={() => { onPick(line.session_id) }}>
                                    {line.session_id}
                                </button>
                                <span className="narrow-only">{formatMoment(line.started_at, timezone).text}</span>
                            </th>
                            <SumCells line={line} />
                            <td className="number">{line.traces.toLocaleString('en')}</td>
                            <td><span className="cut" title={line.models.join('\n')}>{line.models.join(', ') || '–'}</span></td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </WideTable>
    )
}
