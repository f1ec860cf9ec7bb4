/** The time range of a screen, as its address says it, and as the API is asked for it. */
export const RANGES = ['24h', '7d', '30d', 'month', 'custom'] as const
export type RangeName = (typeof RANGES)[number]

export const RANGE_LABELS: Record<RangeName, string> = {
    '24h': 'Last 24 hours',
    '7d': 'Last 7 days',
    '30d': 'Last 30 days',
    month: 'Month to date',
    custom: 'Custom',
}

export interface Span {
    /** Inclusive: a date (its midnight in the zone) or a moment in UTC. */
    start: string
    /** Exclusive, written like `start`. */
    end: string
    timezone: string
    bucket: 'hour' | 'day' | 'week'
}

/** What the API knows days of; the day after the last is still one of them. */
export const FIRST_DAY = '2015-01-01'
export const LAST_DAY = '2099-12-30'
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** The date of a moment on a zone's clock, YYYY-MM-DD. */
export function dateIn(timezone: string, moment: Date): string {
    return new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(moment)
}

export function addDays(date: string, days: number): string {
    return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** Whether it is a day that there is, and that the API takes. */
export function isDate(text: string): boolean {
    return /^\d{4}-\d\d-\d\d$/.test(text) && text >= FIRST_DAY && text <= LAST_DAY && isInCalendar(text)
}

/** The 30th of February is read as the 2nd of March. */
function isInCalendar(date: string): boolean {
    return !Number.isNaN(Date.parse(date)) && addDays(date, 0) === date
}

/** The first and the last day that a span touches, on its zone's clock. */
export function daysOf({ start, end, timezone }: Span): { start: string; end: string } {
    if (isDate(start)) return { start, end: addDays(end, -1) }
    return { start: dateIn(timezone, new Date(start)), end: dateIn(timezone, new Date(Date.parse(end) - 1)) }
}

/**
 * What the API is asked for.
 *
 * Args:
 *     start, end: First and last day of a custom range, both within it.
 */
export function toSpan(
    choice: { range: RangeName; start?: string | undefined; end?: string | undefined },
    timezone: string,
    now: Date
): Span {
    const today = dateIn(timezone, now)
    const tomorrow = addDays(today, 1)
    switch (choice.range) {
        case '24h': {
            const end = Math.ceil(now.getTime() / HOUR_MS) * HOUR_MS
            return { start: toMoment(end - DAY_MS), end: toMoment(end), timezone, bucket: 'hour' }
        }
        case '7d':
            return { start: addDays(today, -6), end: tomorrow, timezone, bucket: 'day' }
        case '30d':
            return { start: addDays(today, -29), end: tomorrow, timezone, bucket: 'day' }
        case 'month':
            return { start: `${today.slice(0, 8)}01`, end: tomorrow, timezone, bucket: 'day' }
        case 'custom': {
            const start = choice.start ?? today
            const end = addDays(choice.end ?? today, 1)
            return { start, end, timezone, bucket: chooseBucket(start, end) }
        }
    }
}

function chooseBucket(start: string, end: string): Span['bucket'] {
    const days = (Date.parse(end) - Date.parse(start)) / DAY_MS
    if (days <= 2) return 'hour'
    return days <= 92 ? 'day' : 'week'
}

function toMoment(milliseconds: number): string {
    return new Date(milliseconds).toISOString().replace('.000Z', 'Z')
}
