/**
 * Days and moments for people, in one style everywhere: `26 Nov 2026 16:26`.
 *
 * A list says neither the year nor the zone, which its range and its screen do. The server's dates, YYYY-MM-DD, have
 * no zone: they are told as they are.
 */
import type { Formatted } from '../format/format'

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const
const MINUTE = { hour: '2-digit', minute: '2-digit' } as const
const SECOND = { ...MINUTE, second: '2-digit' } as const

const inList = cached({ day: 'numeric', month: 'short', ...SECOND })
const toTheSecond = cached({ ...DAY, ...SECOND })
const toTheMinute = cached({ ...DAY, ...MINUTE })
const ofTheDay = cached({ day: 'numeric', month: 'short', ...MINUTE })
const days = cached(DAY)
const weekdays = cached({ ...DAY, weekday: 'short' })

/** A moment of a list on a zone's clock; to the last digit, with year and zone, on hover. */
export function formatMoment(iso: string, timezone: string): Formatted {
    const fraction = /\.\d+/.exec(iso)?.[0] ?? ''
    return { text: inList(iso, timezone), title: `${toTheSecond(iso, timezone)}${fraction} ${timezone}` }
}

/** `26 Nov 2026 16:26 UTC`: the zone is said, for it is no screen's. */
export function nameMoment(iso: string, timezone = 'UTC'): string {
    return `${toTheMinute(iso, timezone)} ${timezone}`
}

/** `26 Nov 16:00` on a zone's clock. */
export function nameHour(iso: string, timezone = 'UTC'): string {
    return ofTheDay(iso, timezone)
}

/** YYYY-MM-DD → `26 Nov 2026`. */
export function nameDay(day: string): string {
    return days(`${day}T00:00:00Z`, 'UTC')
}

/** YYYY-MM-DD → `Thu 26 Nov 2026`. */
export function nameWeekday(day: string): string {
    return weekdays(`${day}T00:00:00Z`, 'UTC')
}

/** Making a format costs more than using it a hundred times. */
function cached(options: Intl.DateTimeFormatOptions): (iso: string, timezone: string) => string {
    const formats = new Map<string, Intl.DateTimeFormat>()
    return (iso, timezone) => {
        const format =
            formats.get(timezone) ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone: timezone, hourCycle: 'h23' })
        formats.set(timezone, format)
        return format.format(new Date(iso)).replaceAll(',', '')
    }
}
