import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'
import { sendJson } from '../../../shared/api/send'

export type RejectCount = Schemas['RejectCountAnswer']
export type Reject = Schemas['RejectAnswer']
export type Replay = Schemas['ReplayAnswer']

/** Which rejects to try again: one, or all of a reason; nobody's are those whose team is not known. */
export type Choice = { id: number } | { reason: string; isNobodys: boolean }

/** Events that became no row: the newest of the team's own, and how many there are of each reason. */
export function useRejects(teamId: string) {
    return useQuery({
        queryKey: ['rejects', teamId],
        queryFn: ({ signal }) => getJson<Schemas['RejectsAnswer']>(llmAnalyticsPath(teamId, 'rejects'), {}, signal),
    })
}

/** Put rejects back into the inbox. */
export function useReplay(teamId: string) {
    const client = useQueryClient()
    return useMutation({
        mutationFn: (choice: Choice) =>
            'id' in choice
                ? sendJson<Replay>('POST', llmAnalyticsPath(teamId, `rejects/${String(choice.id)}/replay`), {})
                : sendJson<Replay>('POST', llmAnalyticsPath(teamId, 'rejects/replay'), {
                      reason_code: choice.reason,
                      is_unattributed: choice.isNobodys,
                  }),
        onSuccess: () => client.invalidateQueries({ queryKey: ['rejects', teamId] }),
    })
}
