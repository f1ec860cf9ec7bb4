import { QueryClient } from '@tanstack/react-query'
import { ProblemError } from '../shared/api/client'

const MOST_RETRIES = 2

/**
 * How the site's answers are kept and asked for again.
 *
 * `always`: a browser that says it is offline may still reach a site on the same machine or network; where it does
 * not, the screen says so instead of waiting under a range that it does not show.
 */
export function makeQueryClient(): QueryClient {
    return new QueryClient({
        defaultOptions: {
            queries: {
                staleTime: 30_000,
                networkMode: 'always',
                // What the API refuses it refuses again; a store that is away may be back.
                retry: (count, error) => count < MOST_RETRIES && !(error instanceof ProblemError && error.problem.status < 500),
            },
            mutations: { networkMode: 'always' },
        },
    })
}
