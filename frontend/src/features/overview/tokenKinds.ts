import type { Schemas } from '../../shared/api/client'

/** The parts that every token is in exactly one of, in the order they are stacked; colours are those of styles.css. */
export const TOKEN_KINDS = [
    { figure: 'uncached_input_tokens', label: 'Uncached input', color: '--kind-uncached' },
    { figure: 'cache_read_input_tokens', label: 'Cache read', color: '--kind-cache-read' },
    { figure: 'cache_creation_input_tokens', label: 'Cache creation', color: '--kind-cache-creation' },
    { figure: 'visible_output_tokens', label: 'Visible output', color: '--kind-visible' },
    { figure: 'reasoning_tokens', label: 'Reasoning', color: '--kind-reasoning' },
] as const

export type Points = Schemas['PointAnswer'][]

/** Kind by kind the upper edge of its bars: itself and all below it; an unknown adds nothing to the height. */
export function stack(points: Points): number[][] {
    const edges: number[][] = []
    for (const { figure } of TOKEN_KINDS) {
        const below = edges.at(-1)
        edges.push(points.map((point, index) => (below?.[index] ?? 0) + (point.figures[figure] ?? 0)))
    }
    return edges
}

/** The sum of a kind; null: no point knows it. */
export function sumKind(points: Points, figure: (typeof TOKEN_KINDS)[number]['figure']): number | null {
    const known = points.map((point) => point.figures[figure]).filter((count) => typeof count === 'number')
    return known.length > 0 ? known.reduce((sum, count) => sum + count, 0) : null
}
