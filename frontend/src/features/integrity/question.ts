import type { Parameters } from '../../shared/api/client'
import type { Filters } from '../../shared/filters/search'
import type { Span } from '../../shared/time/range'

/** What the parts of the screen that are about a range have in common. */
export interface Question {
    teamId: string
    span: Span
    filters: Filters
}

export function toRange({ span }: Question): Parameters {
    return { start: span.start, end: span.end, timezone: span.timezone }
}
