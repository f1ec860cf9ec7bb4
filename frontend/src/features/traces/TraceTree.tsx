import { useMemo, useState } from 'react'
import { Figure } from '../../shared/figures/Figure'
import { formatDuration } from '../../shared/format/duration'
import { formatCount } from '../../shared/format/format'
import { WideTable } from '../../shared/tables/WideTable'
import { TokenBar } from '../../shared/tokens/TokenBar'
import type { TraceNode } from './api/trace'
import { CostFigure } from './SumCells'
import type { Bar, Timeline } from './timeline'
import { listOpen, listParents } from './tree'

interface Props {
    nodes: readonly TraceNode[]
    timeline: Timeline
    openCall: string | undefined
    onOpen: (uuid: string) => void
}

/** More rows than this make the page slow; the rest come when they are asked for. */
const FIRST_ROWS = 500

/** Each event below the one that made it, with the sums of what is at and below it, beside its place in time. */
export function TraceTree({ nodes, timeline, openCall, onOpen }: Props) {
    const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
    const [most, setMost] = useState(FIRST_ROWS)
    const parents = useMemo(() => listParents(nodes), [nodes])
    const open = useMemo(() => listOpen(nodes, closed), [nodes, closed])
    const toggle = (uuid: string) => { setClosed((now) => toggleIn(now, uuid)) }
    return (
        <>
            <WideTable label="Events of the trace">
                <table className="tree">
                    <caption className="unseen">Events of the trace</caption>
                    <thead>
                        <tr>
                            <th scope="col">Event</th>
                            <th scope="col" className="number">Tokens</th>
                            <th scope="col" className="number">Cost</th>
                            <th scope="col" className="number">Latency</th>
                            <th scope="col">Timeline</th>
                        </tr>
                    </thead>
                    <tbody>
                        {open.slice(0, most).map((node) => (
                            <NodeRow
                                key={node.event.uuid}
                                node={node}
                                bar={timeline.bars.get(node.event.uuid)}
                                length={timeline.length}
                                isOpen={node.event.uuid === openCall}
                                toggle={parents.has(node.event.uuid) ? { isClosed: closed.has(node.event.uuid), toggle } : null}
                                onOpen={onOpen}
                            />
                        ))}
                    </tbody>
                </table>
            </WideTable>
            {open.length > most && (
                <button type="button" onClick={() => { setMost(open.length) }}>
                    Show all {open.length.toLocaleString('en')} events
                </button>
            )}
        </>
    )
}

function toggleIn(all: ReadonlySet<string>, one: string): ReadonlySet<string> {
    const next = new Set(all)
    if (!next.delete(one)) next.add(one)
    return next
}

interface RowProps {
    node: TraceNode
    bar: Bar | undefined
    /** Of the whole trace, in milliseconds. */
    length: number
    isOpen: boolean
    toggle: { isClosed: boolean; toggle: (uuid: string) => void } | null
    onOpen: (uuid: string) => void
}

function NodeRow({ node, bar, length, isOpen, toggle, onOpen }: RowProps) {
    const { event, sums } = node
    const name = nameEvent(event)
    return (
        <tr data-event={event.uuid} data-depth={node.depth} className={isOpen ? 'is-open' : undefined}>
            <th scope="row">
                <span className="node" style={{ ['--depth' as string]: node.depth }}>
                    {toggle ? (
                        <button
                            type="button"
                            className="fold"
                            aria-expanded={!toggle.isClosed}
                            aria-label={`What is below ${name}`}
                            onClick={() => { toggle.toggle(event.uuid) }}
                        >
                            {toggle.isClosed ? '▸' : '▾'}
                        </button>
                    ) : (
                        <span className="fold" />
                    )}
                    <span className="badge kind">{KINDS[event.event] ?? event.event.replace('$ai_', '')}</span>
                    <button type="button" className="pick" title={`${name}: everything about it`} onClick={() => { onOpen(event.uuid) }}>
                        {name}
                    </button>
                    {event.is_error && <span className="badge fault" title={event.error_type ?? 'failed'}>failed</span>}
                    {event.integrity_flags.length > 0 && (
                        <span className="flag" title={event.integrity_flags.join(', ').replaceAll('_', ' ')}>⚑</span>
                    )}
                </span>
            </th>
            <td className="number tokens" data-figure="total_tokens">
                {sums.calls > 0 && (
                    <>
                        <Figure figure={formatCount(sums.total_tokens)} />
                        <TokenBar counts={sums} />
                    </>
                )}
            </td>
            <td className="number" data-figure="total_cost_usd">{sums.calls > 0 && <CostFigure sums={sums} />}</td>
            <td className="number"><Figure figure={formatDuration(event.latency)} /></td>
            <td className="when">{bar && <TimeBar bar={bar} length={length} event={event} />}</td>
        </tr>
    )
}

const KINDS: Record<string, string> = { $ai_generation: 'call', $ai_embedding: 'embedding', $ai_span: 'span', $ai_trace: 'trace' }

function nameEvent(event: TraceNode['event']): string {
    return event.span_name ?? (event.event === '$ai_trace' ? event.trace_name : null) ?? event.model ?? event.event.replace('$ai_', '')
}

function TimeBar({ bar, length, event }: { bar: Bar; length: number; event: TraceNode['event'] }) {
    const [start, width] = length > 0 ? [bar.start / length, bar.length / length] : [0, 1]
    const told = `begins ${formatDuration(bar.start / 1000).text} in, takes ${formatDuration(event.latency).text}`
    return (
        <span className="time-track" role="img" aria-label={told} title={told}>
            <span
                className={`time-bar ${event.is_error ? 'fault' : ''} ${event.model ? 'of-call' : ''}`}
                style={{ insetInlineStart: `${String(start * 100)}%`, width: `${String(width * 100)}%` }}
            />
        </span>
    )
}
