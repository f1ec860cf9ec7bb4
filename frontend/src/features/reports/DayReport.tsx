import { ErrorNote, LoadingNote } from '../../shared/states/states'
import { nameMoment, nameWeekday } from '../../shared/time/moment'
import { addDays } from '../../shared/time/range'
import { useDayReport, type ReportVersion } from './api/reports'
import { Corrections } from './Corrections'
import { Sheet } from './Sheet'
import { STATES } from './state'

interface Props {
    teamId: string
    owner: string
    day: string
    version: number | undefined
    onVersion: (version: number | undefined) => void
}

/** One day's report, in the version that counts or another one. */
export function DayReport({ teamId, owner, day, version, onVersion }: Props) {
    const report = useDayReport(teamId, day)
    if (report.isPending) return <LoadingNote what="the report" lines={12} />
    if (report.isError) return <ErrorNote error={report.error} retry={() => { void report.refetch() }} />
    const { versions } = report.data
    const latest = versions[0]
    const shown = versions.find((each) => each.version === version) ?? latest
    if (!shown || !latest) return null
    return (
        <Sheet
            title={`Usage report, ${nameWeekday(day)}`}
            heads={[...listHeads(owner, shown), ...(shown === latest ? [] : [['Replaced by', `version ${String(latest.version)}`] as [string, string]])]}
            figures={shown.figures}
            span={{ teamId, start: day, end: addDays(day, 1) }}
        >
            {versions.length > 1 && (
                <div className="segments not-printed" role="group" aria-label="Version">
                    {versions.map((each) => (
                        <button
                            key={each.version}
                            type="button"
                            aria-pressed={each === shown}
                            onClick={() => { onVersion(each === latest ? undefined : each.version) }}
                        >
                            Version {each.version}{each === latest && ', counts'}
                        </button>
                    ))}
                </div>
            )}
            <Corrections versions={versions} />
        </Sheet>
    )
}

function listHeads(owner: string, report: ReportVersion): [string, string][] {
    const { mark, word } = STATES[report.state]
    const missing = Object.entries(report.missing).map(([name, count]) => `${String(count)} ${name.replaceAll('_', ' ')}`)
    return [
        ['Team', owner],
        ['From', nameMoment(report.starts_at)],
        ['To', nameMoment(report.ends_at)],
        ['Time zone', report.timezone],
        ['State', `${mark} ${word}`],
        ['Version', String(report.version)],
        ['Figures as of', nameMoment(report.refreshed_at)],
        ['Closed', report.closed_at ? nameMoment(report.closed_at) : 'not yet'],
        ...(missing.length > 0 ? [['Closed without', missing.join(', ')] as [string, string]] : []),
    ]
}
