/** What the address of the screen says beside range, zone and filters. */
import { validateSearch, type ScreenSearch } from '../../shared/filters/search'

export const ORDERS = {
    '-timestamp': 'Newest first',
    timestamp: 'Oldest first',
    '-total_cost_usd': 'Dearest first',
    '-total_tokens': 'Most tokens first',
    '-latency': 'Slowest first',
} as const
export type Order = keyof typeof ORDERS

export const PANELS = ['conversation', 'numbers', 'raw'] as const
export type Panel = (typeof PANELS)[number]

export interface GenerationsSearch extends ScreenSearch {
    /** An id in full, or its beginning and `*`. */
    search?: string
    is_error?: 'true'
    flag?: string[]
    order?: Order
    /** The uuid of the call whose drawer is open, and which of its panels. */
    call?: string
    panel?: Panel
}

export function validateGenerationsSearch(raw: Record<string, unknown>): GenerationsSearch {
    const search: GenerationsSearch = validateSearch(raw)
    const [text, order, call, panel] = ['search', 'order', 'call', 'panel'].map((name) => list(raw[name])[0])
    if (text) search.search = text
    if (list(raw['is_error'])[0] === 'true') search.is_error = 'true'
    const flags = list(raw['flag'])
    if (flags.length > 0) search.flag = flags
    if (order && isOrder(order)) search.order = order
    if (call) search.call = call
    const found = PANELS.find((each) => each === panel)
    if (found) search.panel = found
    return search
}

function isOrder(text: string): text is Order {
    return Object.hasOwn(ORDERS, text)
}

function list(value: unknown): string[] {
    const values: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
    return values.map(String)
}
