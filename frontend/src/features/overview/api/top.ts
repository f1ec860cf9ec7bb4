import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'
import type { FilterName } from '../../../shared/filters/search'
import { toParameters, type Question } from '../question'

export type TopAnswer = Schemas['TopAnswer']
export type TopLine = Schemas['TopLine']

const MOST_LINES = 10

/** The lines of a dimension that cost most. */
export function useTop(question: Question, dimension: FilterName) {
    const parameters = { ...toParameters(question), dimension, order_by: 'total_cost_usd', limit: MOST_LINES }
    return useQuery({
        queryKey: ['top', question, dimension],
        queryFn: ({ signal }) => getJson<TopAnswer>(llmAnalyticsPath(question.teamId, 'top'), parameters, signal),
        placeholderData: keepPreviousData,
    })
}
