import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { validateGenerationsSearch } from '../features/generations/search'
import { validateTraceSearch, validateTracesSearch } from '../features/traces/search'
import { onlyKnown } from '../shared/filters/search'
import type { project } from './projectRoute'

/** The screens of single calls and of what belongs together; their scripts load when they are opened. */
export function makeCallRoutes(parent: typeof project) {
    const getParentRoute = () => parent
    const generations = createRoute({
        getParentRoute,
        path: 'generations',
        validateSearch: onlyKnown(validateGenerationsSearch),
        component: lazyRouteComponent(() => import('./GenerationsRoute'), 'GenerationsRoute'),
    })
    const traces = createRoute({
        getParentRoute,
        path: 'traces',
        validateSearch: onlyKnown(validateTracesSearch),
        component: lazyRouteComponent(() => import('./TracesRoute'), 'TracesRoute'),
    })
    const trace = createRoute({
        getParentRoute,
        path: 'traces/$traceId',
        validateSearch: onlyKnown(validateTraceSearch),
        component: lazyRouteComponent(() => import('./TraceRoute'), 'TraceRoute'),
    })
    return [generations, traces, trace] as const
}
