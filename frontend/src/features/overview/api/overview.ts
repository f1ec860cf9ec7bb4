import { useQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'
import { keepFor } from '../../../shared/api/placeholder'
import { toParameters, type Question } from '../question'

export type OverviewAnswer = Schemas['OverviewAnswer']

export function useOverview(question: Question) {
    return useQuery({
        queryKey: ['overview', question],
        queryFn: ({ signal }) =>
            getJson<OverviewAnswer>(llmAnalyticsPath(question.teamId, 'overview'), toParameters(question), signal),
        placeholderData: keepFor({ teamId: question.teamId }),
    })
}
