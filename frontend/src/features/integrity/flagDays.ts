import { addDays } from '../../shared/time/range'
import type { IntegrityAnswer } from './api/integrity'

export interface DayCount {
    day: string
    calls: number
}

export interface FlagCounts {
    flag: string
    calls: number
    /** Every day of the range, also those without. */
    days: DayCount[]
    /** Those that raised it, with their number of calls, the most first. */
    models: string[]
}

/** Lines by flag, provider, model and day → one a flag, the most frequent first. */
export function countByDay({ flags, range }: Pick<IntegrityAnswer, 'flags' | 'range'>): FlagCounts[] {
    const days = listDays(range.start.slice(0, 10), range.end)
    const names = [...new Set(flags.map((line) => line.flag))]
    const counted = names.map((flag) => {
        const own = flags.filter((line) => line.flag === flag)
        const models = sum(own.map((line) => [line.model ?? line.provider ?? 'no model', line.calls]))
        const byDay = new Map(sum(own.map((line) => [line.day, line.calls])))
        return {
            flag,
            calls: own.reduce((total, line) => total + line.calls, 0),
            days: days.map((day) => ({ day, calls: byDay.get(day) ?? 0 })),
            models: models.sort(([, a], [, b]) => b - a).map(([model, calls]) => `${model} (${String(calls)})`),
        }
    })
    return counted.sort((a, b) => b.calls - a.calls)
}

/** Days on the zone's clock: `end` is excluded, and is its midnight where it ends a day. */
function listDays(first: string, end: string): string[] {
    const endsAtMidnight = end.slice(11, 19) === '00:00:00'
    const last = endsAtMidnight ? addDays(end.slice(0, 10), -1) : end.slice(0, 10)
    const days: string[] = []
    for (let day = first; day <= last; day = addDays(day, 1)) days.push(day)
    return days
}

function sum(pairs: [string, number][]): [string, number][] {
    const sums = new Map<string, number>()
    for (const [name, count] of pairs) sums.set(name, (sums.get(name) ?? 0) + count)
    return [...sums]
}
