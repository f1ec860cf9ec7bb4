import { useRouter } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { BreakdownLinks } from '../features/overview/TopLists'
import { omit } from '../shared/objects/omit'
import type { ScreenSearch } from '../shared/filters/search'
import type { Dimension } from '../shared/usage/lines'

/** Where the breakdown of the same calls by a property is, and the way there. */
export function useBreakdownLinks(teamId: string, search: ScreenSearch): BreakdownLinks {
    const router = useRouter()
    return useMemo(() => {
        const to = (dimension: Dimension) =>
            ({ to: '/project/$teamId/breakdowns', params: { teamId }, search: { ...omit(search, 'by'), dimension } }) as const
        return {
            toBreakdown: (dimension) => router.buildLocation(to(dimension)).href,
            onBreakdown: (dimension) => { void router.navigate(to(dimension)) },
        }
    }, [router, teamId, search])
}
