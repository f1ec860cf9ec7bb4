import { useRouter } from '@tanstack/react-router'
import { useMemo } from 'react'

/** Where a trace's page is, and the way there; the zone that was chosen goes along. */
export function useTraceLinks(teamId: string, timezone: string | undefined) {
    const router = useRouter()
    return useMemo(() => {
        const to = (traceId: string) =>
            ({ to: '/project/$teamId/traces/$traceId', params: { teamId, traceId }, search: timezone ? { timezone } : {} }) as const
        return {
            toTrace: (traceId: string) => router.buildLocation(to(traceId)).href,
            onTrace: (traceId: string) => { void router.navigate(to(traceId)) },
        }
    }, [router, teamId, timezone])
}
