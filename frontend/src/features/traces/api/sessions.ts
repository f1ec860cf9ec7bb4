import { useInfiniteQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'
import { keepFor } from '../../../shared/api/placeholder'
import { omit } from '../../../shared/objects/omit'
import { toParameters, type Question } from '../question'

export type SessionLine = Schemas['SessionAnswer']

const PAGE_LINES = 50

/** Sessions page by page, the latest begun first. */
export function useSessions(question: Question) {
    const parameters = { ...toParameters({ ...question, filters: omit(question.filters, 'session_id') }), limit: PAGE_LINES }
    return useInfiniteQuery({
        queryKey: ['sessions', question],
        queryFn: ({ signal, pageParam }) =>
            getJson<Schemas['SessionsAnswer']>(
                llmAnalyticsPath(question.teamId, 'sessions'),
                { ...parameters, cursor: pageParam ?? undefined },
                signal
            ),
        initialPageParam: null as string | null,
        getNextPageParam: (page) => page.next_cursor,
        placeholderData: keepFor({ teamId: question.teamId }),
        refetchOnWindowFocus: false,
    })
}
