import { useState } from 'react'
import { Figure } from '../../../shared/figures/Figure'
import { formatCount, formatUsd } from '../../../shared/format/format'
import { ErrorNote, LoadingNote } from '../../../shared/states/states'
import { useLatestCall, type LatestCall } from '../api/latestCall'
import { Moment } from '../Moment'

interface Props {
    teamId: string
    callHref: (uuid: string) => string
}

/** Waits for the first event, and shows it the moment that it is a row. */
export function LatestCallPanel({ teamId, callHref }: Props) {
    const latest = useLatestCall(teamId)
    const [hasWaited, setHasWaited] = useState(false)
    if (latest.data === null && !hasWaited) setHasWaited(true)
    return (
        <section className="panel" aria-labelledby="latest-title">
            <h2 id="latest-title">What arrives</h2>
            <div className="latest" role="status">
                {latest.isPending ? (
                    <LoadingNote what="the latest call" lines={2} />
                ) : latest.isError ? (
                    <ErrorNote error={latest.error} retry={() => { void latest.refetch() }} />
                ) : latest.data === null ? (
                    <Waiting />
                ) : (
                    <Arrived call={latest.data} isFirst={hasWaited} href={callHref(latest.data.uuid)} />
                )}
            </div>
        </section>
    )
}

function Waiting() {
    return (
        <>
            <p className="latest-title">
                <span className="pulse" aria-hidden="true" /> Waiting for the first event
            </p>
            <p className="hint">
                Make a credential, put the lines below into the gateway&apos;s configuration and make a call through it:
                it appears here by itself.
            </p>
        </>
    )
}

function Arrived({ call, isFirst, href }: { call: LatestCall; isFirst: boolean; href: string }) {
    return (
        <>
            <p className="latest-title">{isFirst ? '✓ The first event is here' : 'The latest event'}</p>
            <dl className="facts">
                <div><dt>Model</dt><dd data-fact="model">{call.model ?? '–'}</dd></div>
                <div><dt>Tokens</dt><dd data-fact="tokens"><Figure figure={formatCount(call.total_tokens)} /></dd></div>
                <div><dt>Cost</dt><dd data-fact="cost"><Figure figure={formatUsd(call.total_cost_usd)} /></dd></div>
                <div><dt>Through</dt><dd>{call.gateway ?? 'an SDK'}</dd></div>
                <div><dt>At</dt><dd><Moment at={call.timestamp} /></dd></div>
            </dl>
            <p><a href={href}>Show this call, and where its numbers come from</a></p>
        </>
    )
}
