import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import { AlertCard } from './AlertCard'
import { useAlerts } from './api/alerts'
import { ALERT_STATES, type IntegritySearch } from './search'

interface Props {
    teamId: string
    search: IntegritySearch
    onChange: (search: IntegritySearch) => void
}

const LABELS = { open: 'Open', accepted: 'Accepted', resolved: 'Resolved', any: 'All' }

/** What the checks say is wrong, the newest first. */
export function Alerts({ teamId, search, onChange }: Props) {
    const chosen = search.alerts ?? 'open'
    const alerts = useAlerts(teamId, chosen)
    const unfold = (id: string) => {
        const { alert, ...rest } = search
        onChange(alert === id ? rest : { ...rest, alert: id })
    }
    return (
        <section className="panel" aria-labelledby="alerts-title">
            <div className="panel-heading">
                <h2 id="alerts-title">Alerts</h2>
                <div className="segments" role="group" aria-label="State of alerts">
                    {ALERT_STATES.map((state) => (
                        <button key={state} type="button" aria-pressed={state === chosen} onClick={() => { onChange({ ...search, alerts: state }) }}>
                            {LABELS[state]}
                        </button>
                    ))}
                </div>
            </div>
            {alerts.isPending ? (
                <LoadingNote what="alerts" lines={3} />
            ) : alerts.isError ? (
                <ErrorNote error={alerts.error} retry={() => { void alerts.refetch() }} />
            ) : alerts.data.alerts.length === 0 ? (
                <EmptyNote>{chosen === 'open' ? '✓ No alert is open: the checks find nothing wrong.' : 'There is no such alert.'}</EmptyNote>
            ) : (
                <ul className="alerts">
                    {alerts.data.alerts.map((alert) => (
                        <AlertCard key={alert.id} teamId={teamId} alert={alert} isUnfolded={search.alert === alert.id} onUnfold={unfold} />
                    ))}
                </ul>
            )}
        </section>
    )
}
