import { useQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'
import { toRange, type Question } from '../question'

export type Reporting = Schemas['ReportingAnswer']
export type FlagLine = Schemas['FlagLineAnswer']
export type IntegrityAnswer = Schemas['IntegrityAnswer']

/** Flags by day, and what share of calls reports each count. */
export function useIntegrity(question: Question) {
    return useQuery({
        queryKey: ['integrity', question],
        queryFn: ({ signal }) =>
            getJson<IntegrityAnswer>(
                llmAnalyticsPath(question.teamId, 'integrity'),
                { ...toRange(question), ...question.filters },
                signal
            ),
    })
}
