import { useQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, toQuery, type Schemas } from '../../../shared/api/client'
import { addYears, endOf, firstOf } from '../dates'

export type Report = Schemas['ReportAnswer']
export type ReportVersion = Schemas['ReportVersionAnswer']
export type MonthReport = Schemas['MonthReportAnswer']
export type ReportFigures = Schemas['ReportFiguresAnswer']

export const FORMATS = ['csv', 'json', 'parquet', 'focus'] as const

/** The twelve months of a month's year. */
export function useMonths(teamId: string, month: string) {
    const start = firstOf(`${month.slice(0, 4)}-01`)
    return useQuery({
        queryKey: ['report_months', teamId, start],
        queryFn: ({ signal }) =>
            getJson<Schemas['MonthReportsAnswer']>(
                llmAnalyticsPath(teamId, 'reports/months'),
                { start, end: addYears(start, 1) },
                signal
            ),
    })
}

/** The version that counts of each day of a month that was reported. */
export function useDays(teamId: string, month: string) {
    return useQuery({
        queryKey: ['report_days', teamId, month],
        queryFn: ({ signal }) =>
            getJson<Schemas['ReportsAnswer']>(
                llmAnalyticsPath(teamId, 'reports'),
                { start: firstOf(month), end: endOf(month) },
                signal
            ),
    })
}

/** Every version of a day, the one that counts first. */
export function useDayReport(teamId: string, day: string) {
    return useQuery({
        queryKey: ['report', teamId, day],
        queryFn: ({ signal }) => getJson<Schemas['DayReportAnswer']>(llmAnalyticsPath(teamId, `reports/${day}`), {}, signal),
    })
}

/** The address of a file with the lines of these days. */
export function exportAddress(teamId: string, format: (typeof FORMATS)[number], start: string, end: string): string {
    return `${llmAnalyticsPath(teamId, 'exports')}?${toQuery({ format, start, end })}`
}
