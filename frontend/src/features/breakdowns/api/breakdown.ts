import { useQuery } from '@tanstack/react-query'
import { keepFor } from '../../../shared/api/placeholder'
import type { Filters } from '../../../shared/filters/search'
import type { Span } from '../../../shared/time/range'
import { askLines, type Dimension } from '../../../shared/usage/lines'
import { FIGURES, type FigureName } from '../columns'

export interface Question {
    teamId: string
    span: Span
    filters: Filters
    dimension: Dimension
    sort: FigureName
}

const MOST_LINES = 100

/** Lines of one dimension, the largest first: of the team, or of all the visitor's teams. */
export function useBreakdown(question: Question) {
    return useQuery({
        queryKey: ['breakdown', question],
        queryFn: ({ signal }) =>
            askLines({ ...question, figures: FIGURES, orderBy: question.sort, limit: MOST_LINES }, signal),
        // Another order of the same lines may wait in place; lines of another dimension would be under a wrong name.
        placeholderData: keepFor({ teamId: question.teamId, dimension: question.dimension }),
    })
}
