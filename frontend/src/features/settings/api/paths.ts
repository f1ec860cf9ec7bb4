import { useMutation, useQueryClient } from '@tanstack/react-query'
import { llmAnalyticsPath } from '../../../shared/api/client'

/** The key of everything that is asked about one team's resource; acts on it make it stale. */
export function keyOf(teamId: string, resource: string): readonly string[] {
    return ['settings', teamId, resource]
}

export function pathOf(teamId: string, resource: string): string {
    return llmAnalyticsPath(teamId, resource)
}

/** An act after which some of the team's resources are asked for anew. */
export function useAct<Input, Answer>(teamId: string, resources: readonly string[], act: (input: Input) => Promise<Answer>) {
    const client = useQueryClient()
    return useMutation({
        mutationFn: act,
        onSuccess: () =>
            Promise.all(resources.map((each) => client.invalidateQueries({ queryKey: keyOf(teamId, each) }))),
    })
}
