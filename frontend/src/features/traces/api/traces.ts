import { useInfiniteQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'
import { keepFor } from '../../../shared/api/placeholder'
import { toParameters, type Question } from '../question'

export type TraceLine = Schemas['TraceAnswer']

const PAGE_LINES = 50

/** Traces page by page, the latest begun first. */
export function useTraces(question: Question) {
    const parameters = { ...toParameters(question), limit: PAGE_LINES }
    return useInfiniteQuery({
        queryKey: ['traces', question],
        queryFn: ({ signal, pageParam }) =>
            getJson<Schemas['TracesAnswer']>(
                llmAnalyticsPath(question.teamId, 'traces'),
                { ...parameters, cursor: pageParam ?? undefined },
                signal
            ),
        initialPageParam: null as string | null,
        getNextPageParam: (page) => page.next_cursor,
        placeholderData: keepFor({ teamId: question.teamId }),
        refetchOnWindowFocus: false,
    })
}
