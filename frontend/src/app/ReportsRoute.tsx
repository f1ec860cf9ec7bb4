import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { ReportsScreen } from '../features/reports/ReportsScreen'
import type { ReportSearch } from '../features/reports/search'
import { dateIn } from '../shared/time/range'
import { visitorQuery } from './api/visitor'

/** Puts the address's month, day and version together with the screen. */
export function ReportsRoute() {
    const { teamId } = useParams({ from: '/project/$teamId' })
    const { month, day, version } = useSearch({ from: '/project/$teamId/reports' })
    const navigate = useNavigate({ from: '/project/$teamId/reports' })
    const { data: visitor } = useSuspenseQuery(visitorQuery)
    const project = visitor.projects.find((each) => String(each.id) === teamId)
    const organization = visitor.organizations.find((each) => each.id === project?.organization)
    const search: ReportSearch = { ...(month && { month }), ...(day && { day }), ...(version && { version }) }
    const change = (next: ReportSearch) => { void navigate({ search: next, resetScroll: false }) }
    return (
        <>
            <div className="panel-heading not-printed">
                <h1>Usage reports</h1>
                <a href="/usage">Daily usage of all teams</a>
            </div>
            <ReportsScreen
                teamId={teamId}
                owner={`${project?.name ?? ''}, ${organization?.name ?? ''}`}
                today={dateIn(organization?.report_timezone ?? 'UTC', new Date())}
                search={search}
                onChange={change}
            />
        </>
    )
}
