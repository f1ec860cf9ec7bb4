/** What the addresses of the list and of one trace say beside range, zone and filters. */
import { isTimezone, validateSearch, type ScreenSearch } from '../../shared/filters/search'

export const VIEWS = ['traces', 'sessions'] as const
export type View = (typeof VIEWS)[number]

export interface TracesSearch extends ScreenSearch {
    view?: View
    /** Only traces of this session. */
    session_id?: string
    is_error?: 'true'
}

export interface TraceSearch {
    timezone?: string
    /** The uuid of the event whose drawer is open, and which of its panels. */
    call?: string
    panel?: 'conversation' | 'numbers' | 'raw'
}

export function validateTracesSearch(raw: Record<string, unknown>): TracesSearch {
    const search: TracesSearch = validateSearch(raw)
    const view = VIEWS.find((each) => each === first(raw, 'view'))
    const session = first(raw, 'session_id')
    if (view) search.view = view
    if (session) search.session_id = session
    if (first(raw, 'is_error') === 'true') search.is_error = 'true'
    return search
}

export function validateTraceSearch(raw: Record<string, unknown>): TraceSearch {
    const search: TraceSearch = {}
    const [timezone, call] = [first(raw, 'timezone'), first(raw, 'call')]
    const panel = (['conversation', 'numbers', 'raw'] as const).find((each) => each === first(raw, 'panel'))
    if (timezone && isTimezone(timezone)) search.timezone = timezone
    if (call) search.call = call
    if (panel) search.panel = panel
    return search
}

function first(raw: Record<string, unknown>, name: string): string | undefined {
    const value = raw[name]
    const [text] = Array.isArray(value) ? (value as unknown[]) : [value]
    return text === undefined ? undefined : String(text)
}
