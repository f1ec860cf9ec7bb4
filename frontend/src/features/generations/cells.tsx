import { Figure } from '../../shared/figures/Figure'
import { formatDuration } from '../../shared/format/duration'
import { formatCount, formatUsd, type Formatted } from '../../shared/format/format'
import { FollowLink } from '../../shared/links/FollowLink'
import { formatMoment } from '../../shared/time/moment'
import { TokenBar } from '../../shared/tokens/TokenBar'
import type { Call } from './api/generations'
import type { CallLinks } from './links'

export function TimeCell({ call, timezone, links }: { call: Call; timezone: string; links: CallLinks }) {
    const moment = formatMoment(call.timestamp, timezone)
    return (
        <>
            <FollowLink
                href={links.toCall(call.uuid)}
                title={moment.title}
                onFollow={() => { links.onOpen(call.uuid) }}
            >
                {moment.text}
            </FollowLink>
            <span className="narrow-only cut">{call.is_error && '✕ failed, '}{call.model}</span>
        </>
    )
}

export function StatusCell({ call }: { call: Call }) {
    const kind = call.call_kind === 'inference' ? '' : call.call_kind.replaceAll('_', ' ')
    if (call.is_error) return <span className="badge fault" title={call.error_type ?? 'failed'}>failed</span>
    return <span className="badge" title={kind && KIND_TEXTS[call.call_kind]}>{kind || 'ok'}</span>
}

const KIND_TEXTS: Record<string, string> = {
    gateway_cache_hit: 'The gateway answered from its own cache: no provider was called, nothing was paid.',
    read: 'A stored answer was read again: its counts are those of the first call.',
    rejected: 'The gateway refused the call.',
}

export function NameCell({ name }: { name: string | null }) {
    if (!name) return <Figure figure={{ text: '–', title: 'nobody named it' }} />
    return <span className="cut" title={name}>{name}</span>
}

export function TokensCell({ call }: { call: Call }) {
    return (
        <>
            <Figure figure={formatCount(call.total_tokens)} />
            <TokenBar counts={call} />
        </>
    )
}

export function CostCell({ call }: { call: Call }) {
    return <Figure figure={formatCost(call)} />
}

/** Unknown for different reasons: no usage, or a model that nobody has a price for. */
export function formatCost(call: Pick<Call, 'total_cost_usd' | 'integrity_flags'>): Formatted {
    const figure = formatUsd(call.total_cost_usd)
    if (call.total_cost_usd !== null || !call.integrity_flags.includes('unpriced_model')) return figure
    return { text: figure.text, title: 'unknown: nobody has a price for this model' }
}

export function DurationCell({ call }: { call: Call }) {
    return <Figure figure={formatDuration(call.latency)} />
}

export function FlagsCell({ call }: { call: Call }) {
    const flags = call.integrity_flags
    if (flags.length === 0) return null
    const words = flags.map((flag) => flag.replaceAll('_', ' '))
    return (
        <span className="cut flag" title={words.join(', ')}>
            ⚑ {words[0]}
            {flags.length > 1 && ` +${String(flags.length - 1)}`}
        </span>
    )
}

export function TraceCell({ call, links }: { call: Call; links: CallLinks }) {
    const traceId = call.trace_id
    if (!traceId) return <NameCell name={null} />
    return (
        <FollowLink
            className="cut"
            href={links.toTrace(traceId)}
            title={`The trace ${traceId}`}
            onFollow={() => { links.onTrace(traceId) }}
        >
            {call.trace_name ?? traceId}
        </FollowLink>
    )
}
