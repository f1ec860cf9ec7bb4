import { useQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'
import { toRange, type Question } from '../question'

export type GatewayCompleteness = Schemas['GatewayCompletenessAnswer']

/** What each gateway's shippers numbered and what of it arrived, hour by hour. */
export function useCompleteness(question: Question) {
    const { teamId, span } = question
    return useQuery({
        queryKey: ['completeness', teamId, span],
        queryFn: ({ signal }) =>
            getJson<Schemas['CompletenessReportAnswer']>(llmAnalyticsPath(teamId, 'completeness'), toRange(question), signal),
    })
}
