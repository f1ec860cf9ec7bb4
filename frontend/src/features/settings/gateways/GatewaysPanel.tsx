import { EmptyNote, ErrorNote, LoadingNote } from '../../../shared/states/states'
import { useGateways, type Gateway } from '../api/gateways'
import { Moment } from '../Moment'

/** Who reports this team's calls, and since when. */
export function GatewaysPanel({ teamId }: { teamId: string }) {
    const gateways = useGateways(teamId)
    return (
        <section className="panel" aria-labelledby="gateways-title">
            <h2 id="gateways-title">Gateways</h2>
            {gateways.isPending ? (
                <LoadingNote what="the gateways" />
            ) : gateways.isError ? (
                <ErrorNote error={gateways.error} retry={() => { void gateways.refetch() }} />
            ) : gateways.data.gateways.length === 0 ? (
                <EmptyNote>No gateway reports this team’s calls yet.</EmptyNote>
            ) : (
                <ul className="things" aria-label="Gateways">
                    {gateways.data.gateways.map((each) => <GatewayLine key={each.id} gateway={each} />)}
                </ul>
            )}
        </section>
    )
}

function GatewayLine({ gateway }: { gateway: Gateway }) {
    const ids = gateway.gateway_team_ids
    return (
        <li className="thing">
            <div className="thing-head"><strong>{gateway.name}</strong></div>
            <dl className="facts">
                <div><dt>First call</dt><dd>{gateway.first_event_at ? <Moment at={gateway.first_event_at} /> : 'none yet'}</dd></div>
                <div><dt>Last call</dt><dd>{gateway.last_event_at ? <Moment at={gateway.last_event_at} /> : 'none yet'}</dd></div>
                <div><dt>Its names for this team</dt><dd>{ids.length > 0 ? ids.map((id) => id || 'calls without a team').join(', ') : 'none'}</dd></div>
            </dl>
        </li>
    )
}
