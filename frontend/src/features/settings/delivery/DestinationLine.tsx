import { useMemo } from 'react'
import { toFaults } from '../../../shared/forms/faults'
import { useSwitchDestination, type Destination } from '../api/deliveries'
import { Moment } from '../Moment'
import { KIND_LABELS } from './kinds'

export function DestinationLine({ teamId, destination }: { teamId: string; destination: Destination }) {
    const change = useSwitchDestination(teamId)
    const faults = useMemo(() => toFaults(change.error, []), [change.error])
    const { id, name, is_enabled: isEnabled } = destination
    const press = () => { change.mutate({ id, isEnabled: !isEnabled }) }
    return (
        <li className="thing" data-destination={name}>
            <div className="thing-head">
                <strong>{name}</strong>
                <span className={`state is-${isEnabled ? 'active' : 'revoked'}`}>{isEnabled ? 'on' : 'stopped'}</span>
            </div>
            <dl className="facts">
                <div><dt>Kind</dt><dd>{KIND_LABELS[destination.kind]}</dd></div>
                <div><dt>Address</dt><dd className="breaks">{destination.address}</dd></div>
                <div><dt>From day</dt><dd>{destination.first_day}</dd></div>
                <div>
                    <dt>Deliveries</dt>
                    <dd>
                        {destination.sent} sent, {destination.pending} to be sent, {destination.failed} given up
                    </dd>
                </div>
                <div>
                    <dt>Last sent</dt>
                    <dd>{destination.last_sent_at ? <Moment at={destination.last_sent_at} /> : 'never'}</dd>
                </div>
            </dl>
            <div className="form-end">
                <button type="button" aria-disabled={change.isPending} aria-label={`${isEnabled ? 'Stop' : 'Resume'} ${name}`} onClick={press}>
                    {isEnabled ? 'Stop' : 'Resume'}
                </button>
            </div>
            {faults[''] && <p className="note fault" role="alert">{faults['']}</p>}
        </li>
    )
}
