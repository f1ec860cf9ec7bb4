import { useMemo } from 'react'
import { Figure } from '../../shared/figures/Figure'
import { Term } from '../../shared/figures/Term'
import { formatDuration } from '../../shared/format/duration'
import { formatCount } from '../../shared/format/format'
import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import { formatMoment } from '../../shared/time/moment'
import { splitTokens } from '../../shared/tokens/parts'
import { TokenBar } from '../../shared/tokens/TokenBar'
import { useTrace, type Trace } from './api/trace'
import { CostFigure } from './SumCells'
import { layOut, type Timeline } from './timeline'
import './traces.css'
import { TraceTree } from './TraceTree'

interface Props {
    teamId: string
    traceId: string
    timezone: string
    openCall: string | undefined
    onOpen: (uuid: string) => void
}

/** One trace: what it used altogether, and what lies where below what, and when. */
export function TraceScreen({ teamId, traceId, timezone, openCall, onOpen }: Props) {
    const trace = useTrace(teamId, traceId)
    if (trace.isPending) return <LoadingNote what="the trace" lines={10} />
    if (trace.isError) return <ErrorNote error={trace.error} retry={() => { void trace.refetch() }} />
    return <TraceBody trace={trace.data} {...{ timezone, openCall, onOpen }} />
}

function TraceBody({ trace, timezone, openCall, onOpen }: { trace: Trace } & Omit<Props, 'teamId' | 'traceId'>) {
    const timeline = useMemo(() => layOut(trace.nodes), [trace.nodes])
    return (
        <>
            <TraceFigures trace={trace} timeline={timeline} timezone={timezone} />
            {trace.is_cut && (
                <EmptyNote>
                    The trace has more events than can be shown: these are the first {trace.nodes.length.toLocaleString('en')},
                    and the sums are theirs.
                </EmptyNote>
            )}
            <section className="panel" aria-labelledby="tree-title">
                <h2 id="tree-title">Tree and timeline</h2>
                <TraceTree nodes={trace.nodes} timeline={timeline} openCall={openCall} onOpen={onOpen} />
            </section>
        </>
    )
}

function TraceFigures({ trace, timeline, timezone }: { trace: Trace; timeline: Timeline; timezone: string }) {
    const { sums } = trace
    const moments = trace.nodes.map(({ event }) => event.timestamp).sort()
    const begun = formatMoment(moments[0] ?? '', timezone)
    return (
        <>
            <dl className="cards">
                <div className="card"><dt><Term figure="total_cost_usd" label="Cost" /></dt><dd data-figure="total_cost_usd"><CostFigure sums={sums} /></dd></div>
                <div className="card"><dt><Term figure="total_tokens" label="Tokens" /></dt><dd data-figure="total_tokens"><Figure figure={formatCount(sums.total_tokens)} /></dd></div>
                <div className="card">
                    <dt><Term figure="calls" label="Calls" /></dt>
                    <dd data-figure="calls"><Figure figure={formatCount(sums.calls, 'calls')} /></dd>
                    <dd className="change">{sums.failed_calls > 0 ? `${sums.failed_calls.toLocaleString('en')} failed` : 'none failed'}</dd>
                </div>
                <div className="card">
                    <dt>Duration</dt>
                    <dd><Figure figure={formatDuration(timeline.length / 1000)} /></dd>
                    <dd className="change" title={begun.title}>begun {begun.text}</dd>
                </div>
            </dl>
            <div className="panel">
                <TokenBar counts={sums} />
                <dl className="legend">
                    {splitTokens(sums).map(({ figure, label, color, count }) => (
                        <div key={figure}>
                            <dt><span className={`swatch ${color}`} /><Term figure={figure} label={label} /></dt>
                            <dd data-figure={figure}><Figure figure={formatCount(count)} /></dd>
                        </div>
                    ))}
                </dl>
            </div>
        </>
    )
}
