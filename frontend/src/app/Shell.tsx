import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { handOver } from '../shared/filters/search'
import { EmptyNote } from '../shared/states/states'
import { visitorQuery } from './api/visitor'
import { TeamSwitcher } from './TeamSwitcher'
import { ThemeSwitch } from './ThemeSwitch'
import { useTitle } from './useTitle'

/** Links between screens that have a range; one leads to where the visitor is whatever the address says beside the screen. */
const HANDING_OVER = { search: handOver, activeOptions: { includeSearch: false } }

/** What stands around every screen: the team, the appearance, the way out. */
export function Shell() {
    const { data: visitor } = useSuspenseQuery(visitorQuery)
    const { teamId } = useParams({ from: '/project/$teamId' })
    const navigate = useNavigate()
    const project = visitor.projects.find((each) => String(each.id) === teamId)
    useTitle(project?.name)
    return (
        <>
            <a className="skip" href="#main">Skip to the figures</a>
            <header className="bar">
                <Link className="brand" to="/project/$teamId/overview" params={{ teamId }}>
                    LLM Analytics
                </Link>
                <TeamSwitcher
                    visitor={visitor}
                    teamId={teamId}
                    onSwitch={(next) => { void navigate({ to: '/project/$teamId/overview', params: { teamId: next } }) }}
                />
                <nav aria-label="Screens">
                    <Link to="/project/$teamId/overview" params={{ teamId }} {...HANDING_OVER}>Overview</Link>
                    <Link to="/project/$teamId/generations" params={{ teamId }} {...HANDING_OVER}>Generations</Link>
                    <Link to="/project/$teamId/traces" params={{ teamId }} {...HANDING_OVER}>Traces</Link>
                    <Link to="/project/$teamId/breakdowns" params={{ teamId }} {...HANDING_OVER}>Breakdowns</Link>
                    <Link to="/project/$teamId/reports" params={{ teamId }}>Reports</Link>
                    <Link to="/project/$teamId/integrity" params={{ teamId }} {...HANDING_OVER}>Integrity</Link>
                    <Link to="/project/$teamId/settings/{-$section}" params={{ teamId }}>Settings</Link>
                </nav>
                <div className="bar-end">
                    <ThemeSwitch />
                    <span className="who" title={visitor.email}>{visitor.email}</span>
                    <SignOut />
                </div>
            </header>
            <main id="main">
                {project ? <Outlet /> : <EmptyNote>There is no such team, or it is not yours.</EmptyNote>}
            </main>
        </>
    )
}

/** A form of the server's: its token is in the cookie that came with the page. */
function SignOut() {
    const token = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? ''
    return (
        <form method="post" action="/logout">
            <input type="hidden" name="csrfmiddlewaretoken" value={token} />
            <button type="submit">Sign out</button>
        </form>
    )
}
