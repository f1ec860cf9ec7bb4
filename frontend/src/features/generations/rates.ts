import { formatExactly, type Formatted } from '../../shared/format/format'

const PER_MILLION_DIGITS = 6
/** Prices of tokens are far below, prices of a search or a call far above. */
const SMALLEST_SINGLE_USD = 0.0005

/** A rate as price lists write it, per million where it is one of tokens; exact as a decimal string is. */
export function formatRate(usd: string): Formatted {
    const title = `$${formatExactly(usd)} each`
    if (Number(usd) >= SMALLEST_SINGLE_USD) return { text: title, title }
    return { text: `$${formatExactly(shiftPoint(usd, PER_MILLION_DIGITS))} per million`, title }
}

/** Times ten to the `digits`, without going through a float. */
function shiftPoint(decimal: string, digits: number): string {
    const [whole = '0', fraction = ''] = decimal.split('.')
    const padded = fraction.padEnd(digits, '0')
    const shifted = `${whole}${padded.slice(0, digits)}`.replace(/^0+(?=\d)/, '')
    return `${shifted}.${padded.slice(digits)}`
}
