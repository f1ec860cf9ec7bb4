import { useQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'

export type Trace = Schemas['TraceDetailAnswer']
export type TraceNode = Schemas['NodeAnswer']

/** The tree of a trace, whenever its events were. */
export function useTrace(teamId: string, traceId: string) {
    return useQuery({
        queryKey: ['trace', teamId, traceId],
        queryFn: ({ signal }) =>
            getJson<Trace>(llmAnalyticsPath(teamId, `traces/${encodeURIComponent(traceId)}`), {}, signal),
    })
}
