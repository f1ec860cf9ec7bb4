import { ErrorNote, LoadingNote } from '../../../shared/states/states'
import { useTeamSettings, type TeamSettings } from '../api/teamSettings'
import type { SectionProps } from '../sections'
import { PrivacyForm } from './PrivacyForm'
import { RetentionForm } from './RetentionForm'
import { TimezoneForm } from './TimezoneForm'

/** How long and how much of the team's calls is kept, and whose days its reports are. */
export function DataSection({ teamId, isAdministrator }: SectionProps) {
    const settings = useTeamSettings(teamId)
    if (settings.isPending) return <LoadingNote what="the settings" lines={6} />
    if (settings.isError) return <ErrorNote error={settings.error} retry={() => { void settings.refetch() }} />
    if (!isAdministrator) return <SettingsFacts settings={settings.data} />
    return (
        <>
            <TimezoneForm teamId={teamId} current={settings.data.report_timezone} />
            <RetentionForm teamId={teamId} current={settings.data.retention_days} />
            <PrivacyForm teamId={teamId} current={settings.data.is_private} />
        </>
    )
}

function SettingsFacts({ settings }: { settings: TeamSettings }) {
    return (
        <section className="panel" aria-label="Data and days">
            <dl className="facts">
                <div><dt>Reports’ days</dt><dd>{settings.report_timezone}</dd></div>
                <div><dt>Events are kept</dt><dd>{settings.retention_days} days</dd></div>
                <div><dt>Private</dt><dd>{settings.is_private ? 'yes: nothing that is said is kept' : 'no'}</dd></div>
            </dl>
        </section>
    )
}
