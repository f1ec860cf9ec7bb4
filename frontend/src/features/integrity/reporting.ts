import { formatShare } from '../../shared/format/format'
import type { Reporting } from './api/integrity'

export type Field = keyof Reporting['reported']

const NOTABLE = 0.1

/** Counts that a line reports or usually reports, in the order of the API; the rest would be columns of nothing. */
export function listFields(reporting: readonly Reporting[]): Field[] {
    const [first] = reporting
    if (!first) return []
    const isSeen = (field: Field) => reporting.some((line) => line.reported[field] > 0 || (line.usual.shares[field] ?? 0) > 0)
    return (Object.keys(first.reported) as Field[]).filter(isSeen)
}

/** `cache_read_input_tokens` → `cache read input`. */
export function nameField(field: Field): string {
    return field.replace(/_tokens$/, '').replaceAll('_', ' ')
}

/** A cell: the share now, what is usual, whether the two differ notably, and the exact words of both. */
export function tellCell(line: Reporting, field: Field) {
    const share = line.calls > 0 ? line.reported[field] / line.calls : null
    const usual = line.usual.shares[field]
    const difference = share === null || usual === null ? 0 : share - usual
    const direction = difference <= -NOTABLE ? ('less' as const) : difference >= NOTABLE ? ('more' as const) : ('same' as const)
    const held = usual === null ? 'nothing to compare with' : `usually ${formatShare(usual).title}`
    return {
        now: shorten(share),
        usual: usual === null ? 'no usual' : `usual ${shorten(usual)}`,
        direction,
        title: `${String(line.reported[field])} of ${String(line.calls)} calls report ${nameField(field)}; ${held}`,
    }
}

/** Whole percents; what is small but not nothing, or not quite all, never reads 0% or 100%. */
function shorten(share: number | null): string {
    if (share === null) return '–'
    const percent = share * 100
    const isAlmost = (percent > 0 && percent < 1) || (percent > 99 && percent < 100)
    return isAlmost ? formatShare(share).text : `${percent.toFixed(0)}%`
}
