import type { Formatted } from '../format/format'

/** A moment on a zone's clock: short, and to the last digit with the zone on hover. */
export function formatMoment(iso: string, timezone: string): Formatted {
    const moment = new Date(iso)
    const fraction = /\.\d+/.exec(iso)?.[0] ?? ''
    return {
        text: short(timezone).format(moment).replace(',', ''),
        title: `${long(timezone).format(moment)}${fraction} ${timezone}`,
    }
}

const short = cached({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' }, 'en-GB')
// Swedish writes dates as ISO 8601 does.
const long = cached({ dateStyle: 'short', timeStyle: 'medium' }, 'sv-SE')

/** Making a format costs more than using it a hundred times. */
function cached(options: Intl.DateTimeFormatOptions, locale: string): (timezone: string) => Intl.DateTimeFormat {
    const formats = new Map<string, Intl.DateTimeFormat>()
    return (timezone) => {
        const format =
            formats.get(timezone) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: timezone, hourCycle: 'h23' })
        formats.set(timezone, format)
        return format
    }
}
