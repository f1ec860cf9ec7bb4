import { expect, test } from 'vitest'
import { formatRate } from './rates'

test.each([
    ['0.0000005', '$0.5 per million', '$0.0000005 each'],
    ['0.00000625', '$6.25 per million', '$0.00000625 each'],
    ['0.0000000123', '$0.0123 per million', '$0.0000000123 each'],
    ['0.00015', '$150 per million', '$0.00015 each'],
    ['0.01', '$0.01 each', '$0.01 each'],
    ['0', '$0 per million', '$0 each'],
])('%s is %s, exactly %s', (usd, text, title) => {
    expect(formatRate(usd)).toEqual({ text, title })
})
