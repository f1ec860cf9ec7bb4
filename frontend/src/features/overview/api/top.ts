import { useQuery } from '@tanstack/react-query'
import { keepFor } from '../../../shared/api/placeholder'
import { askLines, type Dimension, type Line } from '../../../shared/usage/lines'
import type { Question } from '../question'

const MOST_LINES = 10
const TOP_FIGURES = ['total_cost_usd', 'total_tokens', 'calls', 'cache_hit_rate'] as const

export type TopLine = Line<(typeof TOP_FIGURES)[number]>

/** The lines of a dimension that cost most: of the team, or of all the visitor's teams. */
export function useTop(question: Question, dimension: Dimension) {
    return useQuery({
        queryKey: ['top', { ...question, dimension }],
        queryFn: ({ signal }) =>
            askLines(
                { ...question, dimension, figures: TOP_FIGURES, orderBy: 'total_cost_usd', limit: MOST_LINES },
                signal,
            ),
        placeholderData: keepFor({ teamId: question.teamId, dimension }),
    })
}
