import { Figure } from '../../shared/figures/Figure'
import { formatCount, formatShare } from '../../shared/format/format'
import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import { nameHour } from '../../shared/time/moment'
import { useCompleteness, type GatewayCompleteness } from './api/completeness'
import type { Question } from './question'

/** What each gateway numbered and what of it arrived, hour by hour. */
export function Gateways({ question }: { question: Question }) {
    const completeness = useCompleteness(question)
    if (completeness.isPending) return <LoadingNote what="gateways" lines={3} />
    if (completeness.isError) return <ErrorNote error={completeness.error} retry={() => { void completeness.refetch() }} />
    const { gateways } = completeness.data
    if (gateways.length === 0) return <EmptyNote>No gateway reports calls of this team.</EmptyNote>
    return gateways.map((gateway) => <Gateway key={gateway.gateway_id} gateway={gateway} />)
}

function Gateway({ gateway }: { gateway: GatewayCompleteness }) {
    const known = gateway.completeness !== null
    return (
        <div className="gateway" data-gateway={gateway.gateway}>
            <h3>{gateway.gateway}</h3>
            {known ? (
                <p>
                    <Figure figure={formatShare(gateway.completeness)} /> complete:{' '}
                    <Figure figure={formatCount(gateway.received, 'events')} /> received,{' '}
                    {gateway.backfilled > 0 && (
                        <>
                            <Figure figure={formatCount(gateway.backfilled, 'events')} /> back-filled from its own books,{' '}
                        </>
                    )}
                    <Figure figure={formatCount(gateway.missing, 'events')} /> missing
                    {!gateway.is_final && '; reports still wait to be read, a hole may close'}.
                </p>
            ) : (
                <p>
                    <span title="no durable shipper of this gateway numbers its events">–</span> Nothing is known: this
                    gateway posts without the durable shipper, which alone numbers events, so a lost one cannot be seen.
                </p>
            )}
            {gateway.hours.length > 0 && (
                <ol className="hours">
                    {gateway.hours.map((hour) => (
                        <li
                            key={hour.hour}
                            className={hour.missing > 0 ? 'hour is-missing' : 'hour'}
                            title={describeHour(hour)}
                        >
                            <span>{nameHour(hour.hour)}</span>
                            {hour.missing > 0 ? (
                                <strong>✕ {hour.missing} missing</strong>
                            ) : (
                                <span>✓ {hour.received + hour.backfilled}</span>
                            )}
                        </li>
                    ))}
                </ol>
            )}
        </div>
    )
}

function describeHour({ hour, received, backfilled, missing }: GatewayCompleteness['hours'][number]): string {
    const filled = backfilled > 0 ? `${String(backfilled)} back-filled, ` : ''
    return `${nameHour(hour)} UTC: ${String(received)} received, ${filled}${String(missing)} missing`
}
