import type { Price } from '../api/prices'

export type Rate = keyof Price['usd_per_mtok']

export const RATES: Rate[] = ['input', 'output', 'cache_read', 'cache_write', 'cache_write_1h', 'reasoning']

export const RATE_LABELS: Record<Rate, string> = {
    input: 'Input',
    output: 'Output',
    cache_read: 'Cache read',
    cache_write: 'Cache write',
    cache_write_1h: 'Cache write, 1 h',
    reasoning: 'Reasoning',
}
