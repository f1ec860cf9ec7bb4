import type { Schemas } from '../../shared/api/client'
import { TOKEN_KINDS, type TokenKind } from '../../shared/tokens/kinds'

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
export function sumKind(points: Points, figure: TokenKind): number | null {
    const known = points.map((point) => point.figures[figure]).filter((count) => typeof count === 'number')
    return known.length > 0 ? known.reduce((sum, count) => sum + count, 0) : null
}
