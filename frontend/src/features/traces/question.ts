import type { Parameters } from '../../shared/api/client'
import type { Filters } from '../../shared/filters/search'
import type { Span } from '../../shared/time/range'

/** Which traces, or sessions. */
export interface Question {
    teamId: string
    span: Span
    filters: Filters & { session_id?: string; is_error?: 'true' }
}

export function toParameters({ span, filters }: Question): Parameters {
    return { start: span.start, end: span.end, timezone: span.timezone, ...filters }
}
