/** Months as YYYY-MM and days as YYYY-MM-DD: text that the calendar counts with, whatever the browser's zone. */
import { addDays } from '../../shared/time/range'

const NAMED: Intl.DateTimeFormatOptions = { timeZone: 'UTC', month: 'long', year: 'numeric' }

export function firstOf(month: string): string {
    return `${month}-01`
}

/** The first day after the month. */
export function endOf(month: string): string {
    return `${addDays(firstOf(month), 31).slice(0, 7)}-01`
}

export function addYears(month: string, years: number): string {
    return `${String(Number(month.slice(0, 4)) + years)}${month.slice(4)}`
}

/** Whole weeks from Monday on; null: a place before the first or after the last day. */
export function listWeeks(month: string): (string | null)[][] {
    const lead = (new Date(`${firstOf(month)}T00:00:00Z`).getUTCDay() + 6) % 7
    const days: (string | null)[] = Array.from({ length: lead }, () => null)
    for (let day = firstOf(month); day < endOf(month); day = addDays(day, 1)) days.push(day)
    while (days.length % 7) days.push(null)
    return Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7))
}

export function nameMonth(month: string): string {
    return new Date(`${firstOf(month)}T00:00:00Z`).toLocaleDateString('en-GB', NAMED)
}
