import { Figure } from '../../shared/figures/Figure'
import { Term } from '../../shared/figures/Term'
import type { FilterName } from '../../shared/filters/search'
import { formatDuration } from '../../shared/format/duration'
import { formatCount } from '../../shared/format/format'
import { FollowLink } from '../../shared/links/FollowLink'
import { splitTokens } from '../../shared/tokens/parts'
import { TokenBar } from '../../shared/tokens/TokenBar'
import type { CallDetail } from './api/generation'
import type { DrawerActions } from './links'
import { formatCost } from './cells'

type Props = { call: CallDetail } & Pick<DrawerActions, 'onPick' | 'toTrace' | 'onTrace'>

const PICKED: [FilterName, string][] = [
    ['model', 'Model'],
    ['provider', 'Provider'],
    ['product', 'Product'],
    ['api_key_alias', 'Key'],
    ['end_user', 'User'],
    ['gateway', 'Gateway'],
]

/** What was used, and who called what. */
export function CallFacts({ call, onPick, toTrace, onTrace }: Props) {
    return (
        <>
            <dl className="drawer-figures">
                <div><dt><Term figure="total_cost_usd" label="Cost" /></dt><dd data-figure="total_cost_usd"><Figure figure={formatCost(call)} /></dd></div>
                <div><dt><Term figure="total_tokens" label="Tokens" /></dt><dd data-figure="total_tokens"><Figure figure={formatCount(call.total_tokens)} /></dd></div>
                <div><dt>Latency</dt><dd><Figure figure={formatDuration(call.latency)} /></dd></div>
                <div><dt>First token after</dt><dd><Figure figure={formatDuration(call.time_to_first_token)} /></dd></div>
            </dl>
            <TokenBar counts={call} />
            <TokenParts call={call} />
            <dl className="facts">
                {PICKED.map(([name, label]) => (
                    <Fact key={name} label={label}>
                        <Picked value={call[name]} onPick={onPick && ((value) => { onPick(name, value) })} />
                    </Fact>
                ))}
                <Fact label="Trace">
                    {call.trace_id && (
                        <FollowLink href={toTrace(call.trace_id)} onFollow={() => { onTrace(call.trace_id ?? '') }}>
                            {call.trace_name ?? call.trace_id}
                        </FollowLink>
                    )}
                </Fact>
                <Fact label="Session">{call.session_id}</Fact>
                <Fact label="Call"><code>{call.uuid}</code></Fact>
            </dl>
            <Flags call={call} onPick={onPick} />
        </>
    )
}

function TokenParts({ call }: { call: CallDetail }) {
    return (
        <dl className="legend">
            {splitTokens(call).map(({ figure, label, color, count }) => (
                <div key={figure}>
                    <dt><span className={`swatch ${color}`} /><Term figure={figure} label={label} /></dt>
                    <dd data-figure={figure}><Figure figure={formatCount(count)} /></dd>
                </div>
            ))}
        </dl>
    )
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
    return (
        <div>
            <dt>{label}</dt>
            <dd>{children || <span title="nobody named it">–</span>}</dd>
        </div>
    )
}

function Picked({ value, onPick }: { value: string | null; onPick: ((value: string) => void) | null }) {
    if (!value) return <span title="nobody named it">–</span>
    if (!onPick) return value
    return <button type="button" className="pick" title="Only these calls" onClick={() => { onPick(value) }}>{value}</button>
}

function Flags({ call, onPick }: { call: CallDetail } & Pick<Props, 'onPick'>) {
    const words = new Map(call.explanation?.flags.map((flag) => [flag.name, flag.text]))
    if (call.integrity_flags.length === 0) return null
    return (
        <ul className="flags" aria-label="Flags">
            {call.integrity_flags.map((flag) => (
                <li key={flag}>
                    <strong>
                        ⚑{' '}
                        {onPick ? (
                            <button type="button" className="pick" title="Only calls with this flag" onClick={() => { onPick('flag', flag) }}>
                                {flag.replaceAll('_', ' ')}
                            </button>
                        ) : (
                            flag.replaceAll('_', ' ')
                        )}
                    </strong>{' '}
                    {words.get(flag)}
                </li>
            ))}
        </ul>
    )
}
