import { useMemo } from 'react'
import { toFaults } from '../../../shared/forms/faults'
import { EmptyNote, ErrorNote, LoadingNote } from '../../../shared/states/states'
import { useDeliverAgain, useDeliveries, type Delivery } from '../api/deliveries'
import { Moment } from '../Moment'

const STATUS_LABELS: Record<Delivery['status'], string> = { pending: 'to be sent', sent: '✓ sent', failed: '✕ given up' }

/** What became of the last reports. */
export function DeliveriesPanel({ teamId }: { teamId: string }) {
    const deliveries = useDeliveries(teamId)
    return (
        <section className="panel" aria-labelledby="deliveries-title">
            <h2 id="deliveries-title">Deliveries</h2>
            {deliveries.isPending ? (
                <LoadingNote what="the deliveries" />
            ) : deliveries.isError ? (
                <ErrorNote error={deliveries.error} retry={() => { void deliveries.refetch() }} />
            ) : deliveries.data.deliveries.length === 0 ? (
                <EmptyNote>Nothing was to be sent yet: a report is sent once its day is closed.</EmptyNote>
            ) : (
                <DeliveriesTable teamId={teamId} deliveries={deliveries.data.deliveries} />
            )}
        </section>
    )
}

function DeliveriesTable({ teamId, deliveries }: { teamId: string; deliveries: readonly Delivery[] }) {
    return (
        // A region that scrolls must be reached by keyboard, too.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className="scroll" role="region" aria-labelledby="deliveries-title" tabIndex={0}>
            <table>
                <caption className="unseen">The last deliveries, the newest days first</caption>
                <thead>
                    <tr>
                        {['Day', 'Destination', 'Status', 'When', 'Attempts', 'What was wrong', 'Act'].map((title) => (
                            <th key={title} scope="col">{title}</th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {deliveries.map((each) => <DeliveryRow key={each.id} teamId={teamId} delivery={each} />)}
                </tbody>
            </table>
        </div>
    )
}

function DeliveryRow({ teamId, delivery }: { teamId: string; delivery: Delivery }) {
    const { sent_at: sentAt, next_attempt_at: nextAt } = delivery
    return (
        <tr>
            <th scope="row" className="day">
                {delivery.day}
                {delivery.version > 1 && `, correction ${String(delivery.version - 1)}`}
            </th>
            <td>{delivery.destination}</td>
            <td><span className={`state is-${delivery.status}`}>{STATUS_LABELS[delivery.status]}</span></td>
            <td>{nextAt ? <>next <Moment at={nextAt} /></> : sentAt ? <Moment at={sentAt} /> : '–'}</td>
            <td className="number">{delivery.attempts}</td>
            <td>{delivery.last_error || '–'}</td>
            <td>{delivery.status !== 'pending' && <AgainButton teamId={teamId} delivery={delivery} />}</td>
        </tr>
    )
}

function AgainButton({ teamId, delivery }: { teamId: string; delivery: Delivery }) {
    const again = useDeliverAgain(teamId)
    const faults = useMemo(() => toFaults(again.error, []), [again.error])
    const { id, day, version, destination } = delivery
    return (
        <>
            <button
                type="button"
                aria-disabled={again.isPending}
                aria-label={`Send version ${String(version)} of ${day} to ${destination} again`}
                onClick={() => { if (!again.isPending) again.mutate(id) }}
            >
                Send again
            </button>
            {faults[''] && <p className="note fault" role="alert">{faults['']}</p>}
        </>
    )
}
