import type { Schemas } from '../../shared/api/client'
import { formatCount } from '../../shared/format/format'
import { nameDay, nameHour } from '../../shared/time/moment'
import { dateIn, type Span } from '../../shared/time/range'
import { TOKEN_KINDS, type TokenKind } from '../../shared/tokens/kinds'

export type Points = Schemas['PointAnswer'][]
export type Bucket = Span['bucket']

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

/** Whether there is a bar: a time without calls has none, and nothing that a provider did not report. */
export function isKnown({ figures }: Points[number]): boolean {
    return TOKEN_KINDS.some(({ figure }) => typeof figures[figure] === 'number')
}

/** When a bar begins, on the zone's clock: days and weeks by their date. */
export function nameBucket(start: string, bucket: Bucket, timezone: string): string {
    return bucket === 'hour' ? nameHour(start, timezone) : nameDay(dateIn(timezone, new Date(start)))
}

/** A bar in words, a line a kind: what hovering over it tells. */
export function tellPoint({ start, figures }: Points[number], bucket: Bucket, timezone: string): string {
    const kinds = TOKEN_KINDS.map(({ figure, label }) => `${label}: ${formatCount(figures[figure]).title}`)
    return [nameBucket(start, bucket, timezone), ...kinds].join('\n')
}
