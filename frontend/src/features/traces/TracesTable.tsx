import { FollowLink } from '../../shared/links/FollowLink'
import { WideTable } from '../../shared/tables/WideTable'
import { formatMoment } from '../../shared/time/moment'
import type { TraceLine } from './api/traces'
import { SumCells, SumHeads } from './SumCells'
import type { TraceLinks } from './links'

interface Props {
    lines: TraceLine[]
    links: TraceLinks
    timezone: string
}

/** A line a trace, the latest begun first. */
export function TracesTable({ lines, links, timezone }: Props) {
    return (
        <WideTable label="Traces">
            <table className="groups">
                <caption className="unseen">Traces</caption>
                <thead>
                    <tr>
                        <th scope="col" className="wide-only">Begun</th>
                        <th scope="col">Trace</th>
                        <SumHeads />
                        <th scope="col">Models</th>
                        <th scope="col">Session</th>
                    </tr>
                </thead>
                <tbody>
                    {lines.map((line) => (
                        <tr key={line.trace_id} data-trace={line.trace_id}>
                            <td className="moment wide-only" title={formatMoment(line.started_at, timezone).title}>
                                {formatMoment(line.started_at, timezone).text}
                            </td>
                            <th scope="row">
                                <FollowLink
                                    className="cut"
                                    href={links.toTrace(line.trace_id)}
                                    title={line.trace_id}
                                    onFollow={() => { links.onTrace(line.trace_id) }}
                                >
                                    {line.trace_name ?? line.trace_id}
                                </FollowLink>
                                <span className="narrow-only">{formatMoment(line.started_at, timezone).text}</span>
                            </th>
                            <SumCells line={line} />
                            <td><span className="cut" title={line.models.join('\n')}>{line.models.join(', ') || '–'}</span></td>
                            <td>
                                {line.session_id ? <span className="cut" title={line.session_id}>{line.session_id}</span> : <span title="nobody named it">–</span>}
                            </td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </WideTable>
    )
}
