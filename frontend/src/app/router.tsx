import type { QueryClient } from '@tanstack/react-query'
import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { validateBreakdownSearch } from '../features/breakdowns/search'
import { validateIntegritySearch } from '../features/integrity/search'
import { validateReportSearch } from '../features/reports/search'
import { onlyKnown, parseSearch, stringifySearch, validateSearch } from '../shared/filters/search'
import { EmptyNote } from '../shared/states/states'
import { visitorQuery } from './api/visitor'
import { makeCallRoutes } from './callRoutes'
import { OverviewRoute } from './OverviewRoute'
import { project, root } from './projectRoute'

/** Without a team in the address: the first one's overview. */
const home = createRoute({
    getParentRoute: () => root,
    path: '/project',
    loader: async ({ context }) => {
        const { projects } = await context.queryClient.ensureQueryData(visitorQuery)
        const [first] = projects
        if (first) throw redirect({ to: '/project/$teamId/overview', params: { teamId: String(first.id) } })
    },
    component: () => <EmptyNote>You belong to no organization that has a team. Ask an owner of yours to add you.</EmptyNote>,
})

const overview = createRoute({
    getParentRoute: () => project,
    path: 'overview',
    validateSearch: onlyKnown(validateSearch),
    component: OverviewRoute,
})

const breakdowns = createRoute({
    getParentRoute: () => project,
    path: 'breakdowns',
    validateSearch: onlyKnown(validateBreakdownSearch),
    component: lazyRouteComponent(() => import('./BreakdownsRoute'), 'BreakdownsRoute'),
})

const reports = createRoute({
    getParentRoute: () => project,
    path: 'reports',
    validateSearch: onlyKnown(validateReportSearch),
    component: lazyRouteComponent(() => import('./ReportsRoute'), 'ReportsRoute'),
})

const integrity = createRoute({
    getParentRoute: () => project,
    path: 'integrity',
    validateSearch: onlyKnown(validateIntegritySearch),
    component: lazyRouteComponent(() => import('./IntegrityRoute'), 'IntegrityRoute'),
})

const settings = createRoute({
    getParentRoute: () => project,
    path: 'settings/{-$section}',
    component: lazyRouteComponent(() => import('./SettingsRoute'), 'SettingsRoute'),
})

export function makeRouter(queryClient: QueryClient) {
    return createRouter({
        routeTree: root.addChildren([
            home,
            project.addChildren([overview, breakdowns, reports, integrity, ...makeCallRoutes(project), settings]),
        ]),
        context: { queryClient },
        parseSearch,
        stringifySearch,
        scrollRestoration: false,
    })
}

declare module '@tanstack/react-router' {
    interface Register {
        router: ReturnType<typeof makeRouter>
    }
}
