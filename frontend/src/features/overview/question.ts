import type { Parameters } from '../../shared/api/client'
import type { Filters } from '../../shared/filters/search'
import type { Span } from '../../shared/time/range'

/** What all requests of the screen have in common. */
export interface Question {
    teamId: string
    span: Span
    filters: Filters
}

export function toParameters({ span, filters }: Question): Parameters {
    return { start: span.start, end: span.end, timezone: span.timezone, ...filters }
}
