import { useQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'

export type CallDetail = Schemas['GenerationDetailAnswer']
export type Explanation = Schemas['ExplanationAnswer']

/** Everything about one call or span, whenever it was. */
export function useCall(teamId: string, uuid: string) {
    return useQuery({
        queryKey: ['generation', teamId, uuid],
        queryFn: ({ signal }) =>
            getJson<CallDetail>(llmAnalyticsPath(teamId, `generations/${encodeURIComponent(uuid)}`), {}, signal),
    })
}
