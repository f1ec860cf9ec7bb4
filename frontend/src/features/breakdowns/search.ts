/** What the address of the breakdowns says beside range and filters: what lines are of, and by what they are sorted. */
import { FILTERS, validateSearch, type FilterName, type ScreenSearch } from '../../shared/filters/search'
import { LINE_LABELS, type Dimension } from '../../shared/usage/lines'
import { FIGURES, type FigureName } from './columns'

/** In the order in which a press leads from one to the next. */
export const DIMENSIONS = [
    'team', 'product', 'api_key_alias', 'end_user', 'provider', 'model', 'gateway',
] as const satisfies Dimension[]

export interface BreakdownSearch extends ScreenSearch {
    dimension?: Dimension
    sort?: FigureName
}

export interface Crumb {
    label: string
    /** Where it leads; undefined: to where the visitor is. */
    search?: BreakdownSearch
}

type Raw = Record<string, unknown>

export function validateBreakdownSearch(raw: Raw): BreakdownSearch {
    const dimension = DIMENSIONS.find((each) => each === String(raw['dimension']))
    const sort = FIGURES.find((each) => each === String(raw['sort']))
    return { ...validateSearch(raw), ...(dimension && { dimension }), ...(sort && { sort }) }
}

/** The filters in the order in which they came into the address. */
export function listPath(search: BreakdownSearch): FilterName[] {
    return Object.keys(search).flatMap((name) => FILTERS.filter((each) => each === name && search[each]))
}

/** What comes after a dimension: the next one that is not filtered by; where all are, the dimension itself. */
export function nextDimension(search: BreakdownSearch, dimension: Dimension): Dimension {
    const place = DIMENSIONS.indexOf(dimension)
    const following = [...DIMENSIONS.slice(place + 1), ...DIMENSIONS.slice(1, Math.max(place, 1))]
    return following.find((each) => each !== 'team' && !search[each]) ?? dimension
}

/** Only the calls with this value, by the next dimension. */
export function drill(search: BreakdownSearch, dimension: FilterName, value: string): BreakdownSearch {
    const drilled = { ...without(search, [dimension]), [dimension]: [value] }
    return { ...drilled, dimension: nextDimension(drilled, dimension) }
}

/** From all teams down to where the visitor is; each crumb but the last leads back to the table it stood in. */
export function listCrumbs(search: BreakdownSearch, team: string): Crumb[] {
    const path = listPath(search)
    const bare = without(search, path)
    if (search.dimension === 'team') return [{ label: path.length > 0 ? 'All teams, filtered' : 'All teams' }]
    const steps = path.map((name, index) => ({
        label: `${LINE_LABELS[name]}: ${(search[name] ?? []).map((value) => value || 'none').join(' or ')}`,
        search: { ...without(search, path.slice(index + 1)), ...lookAt(path[index + 1]) },
    }))
    const crumbs: Crumb[] = [
        { label: 'All teams', search: { ...bare, dimension: 'team' } },
        { label: team, search: { ...bare, ...lookAt(path[0]) } },
        ...steps,
    ]
    const last = crumbs.pop()
    return last ? [...crumbs, { label: last.label }] : crumbs
}

function lookAt(dimension: Dimension | undefined): Pick<BreakdownSearch, 'dimension'> {
    return dimension ? { dimension } : {}
}

function without(search: BreakdownSearch, names: FilterName[]): BreakdownSearch {
    return Object.fromEntries(Object.entries(search).filter(([name]) => !names.some((each) => each === name)))
}
