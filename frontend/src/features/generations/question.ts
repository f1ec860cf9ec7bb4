import type { Parameters } from '../../shared/api/client'
import type { Filters } from '../../shared/filters/search'
import type { Span } from '../../shared/time/range'
import type { GenerationsSearch, Order } from './search'

/** Which calls, in which order. */
export interface Question {
    teamId: string
    span: Span
    filters: Filters & Pick<GenerationsSearch, 'search' | 'is_error' | 'flag'>
    order: Order
}

/** What the list and the file of the same calls are asked with. */
export function toParameters({ span, filters }: Question): Parameters {
    return { start: span.start, end: span.end, timezone: span.timezone, ...filters }
}
