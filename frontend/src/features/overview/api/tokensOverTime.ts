import { useQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'
import { keepFor } from '../../../shared/api/placeholder'
import { TOKEN_KINDS } from '../../../shared/tokens/kinds'
import { toParameters, type Question } from '../question'

export type TimeSeriesAnswer = Schemas['TimeSeriesAnswer']

export function useTokensOverTime(question: Question) {
    const figure = TOKEN_KINDS.map((kind) => kind.figure)
    const parameters = { ...toParameters(question), bucket: question.span.bucket, figure }
    return useQuery({
        queryKey: ['tokens_over_time', question],
        queryFn: ({ signal }) =>
            getJson<TimeSeriesAnswer>(llmAnalyticsPath(question.teamId, 'time_series'), parameters, signal),
        placeholderData: keepFor({ teamId: question.teamId }),
    })
}
