/** What the address of the reports says: a month, a day of it, and one of the day's versions. */
import { isDate } from '../../shared/time/range'

export interface ReportSearch {
    /** YYYY-MM */
    month?: string
    /** YYYY-MM-DD; undefined: the whole month. */
    day?: string
    /** undefined: the one that counts. */
    version?: number
}

export function validateReportSearch(raw: Record<string, unknown>): ReportSearch {
    const [month, day, version] = [String(raw['month']), String(raw['day']), Number(raw['version'])]
    const chosen = isDate(day) ? day : undefined
    return {
        ...(chosen ? { month: chosen.slice(0, 7), day: chosen } : isDate(`${month}-01`) && { month }),
        ...(chosen && Number.isInteger(version) && version > 0 && { version }),
    }
}
