import { ErrorNote, LoadingNote } from '../../shared/states/states'
import { nameMoment } from '../../shared/time/moment'
import { useAct, useAlert, type Alert, type AlertDetail } from './api/alerts'

interface Props {
    teamId: string
    alert: Alert
    isUnfolded: boolean
    onUnfold: (id: string) => void
}

const MARKS = { critical: '■ critical', warning: '▲ warning' }
const DAY_MS = 86_400_000

/** One alert: its title and state; unfolded, its evidence, its history and what can be done. */
export function AlertCard({ teamId, alert, isUnfolded, onUnfold }: Props) {
    return (
        <li className="alert" data-alert={alert.id} data-state={alert.state}>
            <button type="button" className="alert-heading" aria-expanded={isUnfolded} onClick={() => { onUnfold(alert.id) }}>
                <span className={`severity is-${alert.severity}`}>{MARKS[alert.severity]}</span>
                <strong>{alert.text.title}</strong>
                <span className="faint">
                    {alert.state}, since {nameMoment(alert.since)}
                    {alert.owner && `, ${alert.owner} looks after it`}
                    {alert.muted_until && `, muted until ${nameMoment(alert.muted_until)}`}
                </span>
            </button>
            {isUnfolded && <Unfolded teamId={teamId} id={alert.id} />}
        </li>
    )
}

function Unfolded({ teamId, id }: { teamId: string; id: string }) {
    const alert = useAlert(teamId, id)
    if (alert.isPending) return <LoadingNote what="the alert" lines={4} />
    if (alert.isError) return <ErrorNote error={alert.error} retry={() => { void alert.refetch() }} />
    const { text, events, changes } = alert.data
    return (
        <div className="alert-body">
            <p>{text.meaning}</p>
            <p><strong>Evidence.</strong> {text.evidence}</p>
            <p>
                <strong>What to do.</strong> {text.action} <a href={`/${text.runbook}`}>The runbook on this check</a> goes on.
            </p>
            {events.length > 0 && (
                <p><strong>Some of its calls.</strong> {events.map((event) => <code key={event}>{event} </code>)}</p>
            )}
            <Acts teamId={teamId} alert={alert.data} />
            <h3>History</h3>
            <ol className="history">
                {changes.map((change, index) => (
                    <li key={index}>{nameMoment(change.at)}: {change.kind}{change.actor && ` by ${change.actor}`}</li>
                ))}
            </ol>
        </div>
    )
}

function Acts({ teamId, alert }: { teamId: string; alert: AlertDetail }) {
    const act = useAct(teamId, alert.id)
    const isMuted = alert.muted_until !== null && Date.parse(alert.muted_until) > Date.parse(alert.updated_at)
    return (
        <>
            <div className="segments" aria-busy={act.isPending}>
                <button type="button" disabled={act.isPending} onClick={() => { act.mutate({ name: 'own', body: alert.owner ? { email: null } : {} }) }}>
                    {alert.owner ? 'Look after it no more' : 'I look after it'}
                </button>
                <button
                    type="button"
                    disabled={act.isPending}
                    onClick={() => { act.mutate({ name: 'mute', body: { until: isMuted ? null : new Date(Date.now() + DAY_MS).toISOString() } }) }}
                >
                    {isMuted ? 'Tell people again' : 'Mute for a day'}
                </button>
                {alert.state === 'open' && (
                    <button type="button" disabled={act.isPending} title="What it says is the new normal" onClick={() => { act.mutate({ name: 'accept', body: {} }) }}>
                        Accept as the new normal
                    </button>
                )}
            </div>
            {act.isError && <ErrorNote error={act.error} retry={() => { act.reset() }} />}
        </>
    )
}
