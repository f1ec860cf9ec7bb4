import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, Outlet } from '@tanstack/react-router'
import { EmptyNote, ErrorNote, LoadingNote } from '../shared/states/states'
import { visitorQuery } from './api/visitor'
import { Shell } from './Shell'

interface Context {
    queryClient: QueryClient
}

export const root = createRootRouteWithContext<Context>()({
    component: Outlet,
    notFoundComponent: () => (
        <EmptyNote>
            There is nothing at this address. <a href="/project">Go to your teams</a>
        </EmptyNote>
    ),
    errorComponent: ({ error, reset }) => (
        <ErrorNote error={error instanceof Error ? error : new Error(String(error))} retry={reset} />
    ),
    pendingComponent: () => <LoadingNote what="the page" />,
})

/** What all screens of a team lie in. */
export const project = createRoute({
    getParentRoute: () => root,
    path: '/project/$teamId',
    loader: ({ context }) => context.queryClient.ensureQueryData(visitorQuery),
    component: Shell,
})
