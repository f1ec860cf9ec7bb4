import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { CallDrawer } from '../features/generations/CallDrawer'
import { TraceScreen } from '../features/traces/TraceScreen'
import { handOver } from '../shared/filters/search'
import { visitorQuery } from './api/visitor'
import { useDrawerHistory } from './useDrawerHistory'
import { useTraceLinks } from './useTraceLinks'

/** One trace, with the drawer of the event that is looked at. */
export function TraceRoute() {
    const { teamId, traceId } = useParams({ from: '/project/$teamId/traces/$traceId' })
    const search = useSearch({ from: '/project/$teamId/traces/$traceId' })
    const { data: visitor } = useSuspenseQuery(visitorQuery)
    const team = visitor.projects.find((each) => String(each.id) === teamId)
    const timezone = search.timezone ?? team?.timezone ?? 'UTC'
    const drawer = useDrawerHistory()
    const links = useTraceLinks(teamId, search.timezone)
    return (
        <>
            <nav aria-label="Where this is">
                <Link to="/project/$teamId/traces" params={{ teamId }} search={handOver}>Traces and sessions</Link>
            </nav>
            <h1 className="trace-title">Trace {traceId}</h1>
            <TraceScreen {...{ teamId, traceId, timezone }} openCall={search.call} onOpen={drawer.open} />
            {search.call && (
                <CallDrawer
                    {...{ teamId, timezone, ...links }}
                    uuid={search.call}
                    panel={search.panel ?? 'conversation'}
                    isPrivate={team?.is_private ?? false}
                    onClose={drawer.close}
                    onPanel={drawer.show}
                    onPick={null}
                />
            )}
        </>
    )
}
