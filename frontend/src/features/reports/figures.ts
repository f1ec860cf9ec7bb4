import { formatCount, formatExactly, formatUsd, NOT_REPORTED, type Formatted } from '../../shared/format/format'
import type { ReportFigures } from './api/reports'

type Kind = 'tokens' | 'calls' | 'searches' | 'usd'

interface Row {
    figure: keyof ReportFigures
    label: string
    kind: Kind
    /** A part of the row above that is no part itself. */
    isPart?: boolean
}

/** What a report tells, in order; each part below its whole. */
export const ROWS: Row[] = [
    { figure: 'calls', label: 'Calls', kind: 'calls' },
    { figure: 'failed_calls', label: 'Failed calls', kind: 'calls', isPart: true },
    { figure: 'unpriced_calls', label: 'Unpriced calls', kind: 'calls', isPart: true },
    { figure: 'input_tokens', label: 'Input', kind: 'tokens' },
    { figure: 'uncached_input_tokens', label: 'Uncached input', kind: 'tokens', isPart: true },
    { figure: 'cache_read_input_tokens', label: 'Cache read', kind: 'tokens', isPart: true },
    { figure: 'cache_creation_input_tokens', label: 'Cache creation', kind: 'tokens', isPart: true },
    { figure: 'output_tokens', label: 'Output', kind: 'tokens' },
    { figure: 'reasoning_tokens', label: 'Reasoning', kind: 'tokens', isPart: true },
    { figure: 'total_tokens', label: 'Total', kind: 'tokens' },
    { figure: 'unexplained_tokens', label: 'Unexplained', kind: 'tokens' },
    { figure: 'web_search_count', label: 'Web searches', kind: 'searches' },
    { figure: 'total_cost_usd', label: 'Cost', kind: 'usd' },
    { figure: 'input_cost_usd', label: 'Cost of input', kind: 'usd', isPart: true },
    { figure: 'output_cost_usd', label: 'Cost of output', kind: 'usd', isPart: true },
    { figure: 'saved_cache_cost_usd', label: 'Saved', kind: 'usd' },
    { figure: 'gateway_cache_hits', label: "Gateway's cache hits", kind: 'calls' },
    { figure: 'saved_gateway_cache_cost_usd', label: "Saved by the gateway's cache", kind: 'usd' },
]

/** Nothing is rounded on a report: the figure itself has every digit. */
export function formatReported(value: unknown, kind: Kind): Formatted {
    if (typeof value === 'number') return { text: formatExactly(String(value)), title: formatCount(value, kind).title }
    if (typeof value !== 'string') return NOT_REPORTED
    const { title } = formatUsd(value)
    return { text: title, title }
}
