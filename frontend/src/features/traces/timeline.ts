/**
 * Where each event of a trace lies in time.
 *
 * A gateway and OpenTelemetry report when a call began. PostHog's SDKs capture an event when it is over: there, the
 * begin is its timestamp less its latency. An event without a latency is a moment.
 */
import type { Trace, TraceNode } from './api/trace'

type Event = TraceNode['event']

export interface Bar {
    /** Milliseconds after the trace's begin. */
    start: number
    /** Milliseconds. */
    length: number
}

export interface Timeline {
    /** Of the whole trace; milliseconds. */
    length: number
    bars: Map<string, Bar>
}

const REPORTED_AT_THE_END = /^posthog-/

function beginOf(event: Event): number {
    const moment = Date.parse(event.timestamp)
    return REPORTED_AT_THE_END.test(event.lib ?? '') ? moment - lengthOf(event) : moment
}

function lengthOf(event: Event): number {
    return (event.latency ?? 0) * 1000
}

export function layOut(nodes: Trace['nodes']): Timeline {
    const begin = Math.min(...nodes.map(({ event }) => beginOf(event)))
    const bars = new Map(nodes.map(({ event }) => [event.uuid, { start: beginOf(event) - begin, length: lengthOf(event) }]))
    return { length: Math.max(0, ...[...bars.values()].map(({ start, length }) => start + length)), bars }
}
