import { formatDuration } from '../../shared/format/duration'
import { formatCount, formatShare, formatUsd, type Formatted } from '../../shared/format/format'
import type { Figures } from '../../shared/usage/lines'

/** The figures of a line, in order; the API sorts by each of them. */
export const FIGURES = [
    'total_cost_usd', 'total_tokens', 'calls', 'saved_cache_cost_usd', 'error_rate', 'input_tokens',
    'cache_read_input_tokens', 'cache_creation_input_tokens', 'cache_hit_rate', 'output_tokens', 'reasoning_tokens',
    'mean_latency_s',
] as const
export type FigureName = (typeof FIGURES)[number]
export type LineFigures = Figures<FigureName>

interface Column {
    label: string
    format: (figures: LineFigures) => Formatted
}

export const COLUMNS: Record<FigureName, Column> = {
    total_cost_usd: { label: 'Cost', format: (figures) => formatUsd(figures.total_cost_usd) },
    total_tokens: { label: 'Tokens', format: (figures) => formatCount(figures.total_tokens) },
    calls: { label: 'Calls', format: (figures) => formatCount(figures.calls, 'calls') },
    saved_cache_cost_usd: { label: 'Saved', format: (figures) => formatUsd(figures.saved_cache_cost_usd) },
    error_rate: { label: 'Error rate', format: (figures) => formatShare(figures.error_rate) },
    input_tokens: { label: 'Input', format: (figures) => formatCount(figures.input_tokens) },
    cache_read_input_tokens: { label: 'Cache read', format: (figures) => formatCount(figures.cache_read_input_tokens) },
    cache_creation_input_tokens: { label: 'Cache creation', format: (figures) => formatCount(figures.cache_creation_input_tokens) },
    cache_hit_rate: { label: 'Cache-hit rate', format: (figures) => formatShare(figures.cache_hit_rate) },
    output_tokens: { label: 'Output', format: (figures) => formatCount(figures.output_tokens) },
    reasoning_tokens: { label: 'Reasoning', format: (figures) => formatCount(figures.reasoning_tokens) },
    mean_latency_s: { label: 'Latency', format: (figures) => formatDuration(figures.mean_latency_s) },
}
export const DEFAULT_SORT: FigureName = 'total_cost_usd'

/** How much of the largest a figure is, 0 to 1; of something unknown, nothing. */
export function shareOf(figures: LineFigures, name: FigureName, most: number): number {
    return most > 0 ? Math.min(1, Math.max(0, Number(figures[name] ?? 0) / most)) : 0
}
