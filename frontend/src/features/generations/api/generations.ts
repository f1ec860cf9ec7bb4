import { useInfiniteQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, toQuery, type Schemas } from '../../../shared/api/client'
import { keepFor } from '../../../shared/api/placeholder'
import { toParameters, type Question } from '../question'

export type Call = Schemas['GenerationAnswer']
export type CallsPage = Schemas['GenerationsAnswer']

const PAGE_ROWS = 100

/** Calls page by page; a page ends where the next one begins, whatever arrives meanwhile. */
export function useCalls(question: Question) {
    const parameters = { ...toParameters(question), order_by: question.order, limit: PAGE_ROWS }
    return useInfiniteQuery({
        queryKey: ['generations', question],
        queryFn: ({ signal, pageParam }) =>
            getJson<CallsPage>(
                llmAnalyticsPath(question.teamId, 'generations'),
                { ...parameters, cursor: pageParam ?? undefined },
                signal
            ),
        initialPageParam: null as string | null,
        getNextPageParam: (page) => page.next_cursor,
        placeholderData: keepFor({ teamId: question.teamId }),
        // Reading every page again, unasked, would move what a person reads.
        refetchOnWindowFocus: false,
    })
}

/** The same calls, all of them, as a file. */
export function exportAddress(question: Question): string {
    return `${llmAnalyticsPath(question.teamId, 'generations/export')}?${toQuery(toParameters(question))}`
}
