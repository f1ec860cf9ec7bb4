/** What the address of a screen says: time range, zone, filters, grouping. Unknown or broken parts are left out. */
import { omit } from '../objects/omit'
import { isDate, RANGES, type RangeName } from '../time/range'

export const FILTERS = ['model', 'provider', 'product', 'api_key_alias', 'end_user', 'gateway'] as const
export type FilterName = (typeof FILTERS)[number]
/** What the Overview's lines can be of: what can be filtered by, and the team. */
export const GROUPS = ['team', ...FILTERS] as const

export type Filters = Partial<Record<FilterName, string[]>>

export const DIMENSION_LABELS: Record<FilterName, string> = {
    model: 'Model',
    provider: 'Provider',
    product: 'Product',
    api_key_alias: 'Key',
    end_user: 'User',
    gateway: 'Gateway',
}

export interface ScreenSearch extends Filters {
    range?: RangeName
    start?: string
    end?: string
    timezone?: string
    by?: (typeof GROUPS)[number]
}

type Raw = Record<string, unknown>

/** Repeated names become lists: `?model=a&model=b`. */
export function parseSearch(text: string): Raw {
    const raw: Record<string, string[]> = {}
    for (const [name, value] of new URLSearchParams(text)) (raw[name] ??= []).push(value)
    return raw
}

export function stringifySearch(search: Raw): string {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(search)) {
        for (const each of Array.isArray(value) ? value : value === undefined ? [] : [value]) {
            query.append(name, String(each))
        }
    }
    const text = query.toString()
    return text && `?${text}`
}

/**
 * The router lays what a validator returns over what the address says: what the validator left out would come back
 * unchecked. Here it is blotted out.
 */
export function onlyKnown<Search extends object>(validate: (raw: Raw) => Search): (raw: Raw) => Search {
    return (raw) => ({ ...Object.fromEntries(Object.keys(raw).map((name) => [name, undefined])), ...validate(raw) })
}

export function validateSearch(raw: Raw): ScreenSearch {
    const search: ScreenSearch = {}
    const range = find(RANGES, first(raw, 'range'))
    const [start, end, timezone] = [first(raw, 'start'), first(raw, 'end'), first(raw, 'timezone')]
    const by = find(GROUPS, first(raw, 'by'))
    if (range) search.range = range
    if (start && isDate(start)) search.start = start
    if (end && isDate(end)) search.end = end
    if (timezone && isTimezone(timezone)) search.timezone = timezone
    if (by) search.by = by
    for (const name of FILTERS) {
        const values = list(raw[name])
        if (values.length > 0) search[name] = values
    }
    return search
}

/** What a screen's address hands to the next screen's: range, zone and filters. */
export function handOver(search: object): ScreenSearch {
    return omit(validateSearch({ ...search }), 'by')
}

export function pickFilters(search: ScreenSearch): Filters {
    return Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])))
}

/** With one value more, or without it where it was there; an empty filter goes. */
export function toggleFilter(search: ScreenSearch, name: FilterName, value: string): ScreenSearch {
    const { [name]: values = [], ...rest } = search
    const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value]
    return next.length > 0 ? { ...rest, [name]: next } : rest
}

function list(value: unknown): string[] {
    const values: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
    return values.map(String)
}

function first(raw: Raw, name: string): string | undefined {
    return list(raw[name])[0]
}

function find<Choice extends string>(choices: readonly Choice[], text: string | undefined): Choice | undefined {
    return choices.find((choice) => choice === text)
}

export function isTimezone(text: string): boolean {
    try {
        new Intl.DateTimeFormat('en', { timeZone: text })
        return true
    } catch {
        return false
    }
}
