/**
 * Figures for people: short in the cell, exact on hover. The rules are those of posthog/api/formatting.py.
 *
 * - What was not reported is "–", never 0.
 * - Counts are exact below a million, then in M, B or T with two decimals.
 * - Dollars have two decimals from 1 up, four from a cent up, below that three significant digits.
 * - Amounts come as decimal strings; the exact text is made of the string and is never rounded.
 */
export interface Formatted {
    text: string
    title: string
}

export const NOT_REPORTED: Formatted = { text: '–', title: 'the provider did not report it' }

const UNITS: [number, string][] = [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
]
const SMALLEST_PLAIN_USD = 1e-9

function group(digits: string): string {
    return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** All digits: no exponent, no trailing zeros, grouped by thousands. */
export function formatExactly(decimal: string): string {
    const [whole = '0', fraction = ''] = decimal.split('.')
    const kept = fraction.replace(/0+$/, '')
    return group(whole) + (kept && `.${kept}`)
}

/** `unit` is a plural. */
export function formatCount(count: number | null | undefined, unit = 'tokens'): Formatted {
    if (count === null || count === undefined) return NOT_REPORTED
    const exact = group(String(count))
    // The least count that rounds to a whole unit takes it: 999,999,999 is 1.00B, not 1,000.00M.
    const scale = UNITS.find(([size]) => Math.abs(count) >= (size === 1e6 ? size : size - size / 200_000))
    return { text: scale ? `${(count / scale[0]).toFixed(2)}${scale[1]}` : exact, title: `${exact} ${count === 1 ? oneOf(unit) : unit}` }
}

function oneOf(units: string): string {
    return units.replace(/(?<=ch)es$|s$/, '')
}

function roundUsd(amount: number): string {
    if (amount === 0) return '0'
    if (amount >= 1) return formatGroupedFixed(amount, 2)
    if (amount >= 0.01) return amount.toFixed(4)
    if (amount < SMALLEST_PLAIN_USD) return amount.toExponential(2)
    return amount.toFixed(2 - Math.floor(Math.log10(amount)))
}

function formatGroupedFixed(amount: number, digits: number): string {
    const [whole = '0', fraction = ''] = amount.toFixed(digits).split('.')
    return `${group(whole)}.${fraction}`
}

export function formatUsd(amount: string | null | undefined): Formatted {
    if (amount === null || amount === undefined) return NOT_REPORTED
    const sign = amount.startsWith('-') ? '-' : ''
    const absolute = amount.replace('-', '')
    return { text: `${sign}$${roundUsd(Number(absolute))}`, title: `${sign}$${formatExactly(absolute)}` }
}

/** A share of 1 as a percentage; only nothing reads 0%, and only all of it 100%. */
export function formatShare(share: number | null | undefined): Formatted {
    if (share === null || share === undefined) return NOT_REPORTED
    const percent = share * 100
    return { text: `${roundPercent(percent)}%`, title: `${String(percent)}%` }
}

function roundPercent(percent: number): string {
    const missing = Math.abs(100 - Math.abs(percent))
    if (percent !== 0 && Math.abs(percent) < 0.1) return percent.toPrecision(2)
    if (missing !== 0 && missing < 0.1) return percent.toFixed(-Math.floor(Math.log10(missing)))
    return percent.toFixed(1)
}

/**
 * A change against the period before; null: one of the two is unknown, or the earlier is 0. Only what did not change reads
 * 0.0%, and only what is gone -100%.
 */
export function formatChange(change: number | null): Formatted {
    if (change === null) return { text: '–', title: 'no comparison: unknown, or 0 in the period before' }
    const percent = change * 100
    const sign = percent > 0 ? '+' : ''
    const short = percent.toFixed(Math.abs(percent) < 10 ? 1 : 0)
    const saysMore = [0, -100].includes(Number(short)) && Number(short) !== percent
    return { text: `${sign}${saysMore ? roundPercent(percent) : short}%`, title: `${sign}${String(percent)}%` }
}
