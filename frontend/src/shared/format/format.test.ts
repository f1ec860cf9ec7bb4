import { describe, expect, test } from 'vitest'
import { formatChange, formatCount, formatExactly, formatShare, formatUsd } from './format'

describe('counts', () => {
    test.each([
        [null, '–', 'the provider did not report it'],
        [0, '0', '0 tokens'],
        [1, '1', '1 token'],
        [999_999, '999,999', '999,999 tokens'],
        [1_234_567, '1.23M', '1,234,567 tokens'],
        [999_999_999, '1.00B', '999,999,999 tokens'],
    ])('%s is %s, exactly %s', (count, text, title) => {
        expect(formatCount(count)).toEqual({ text, title })
    })
})

test.each([['calls', '1 call'], ['searches', '1 search']])('one of the %s is %s', (unit, title) => {
    expect(formatCount(1, unit).title).toBe(title)
})

describe('dollars', () => {
    test.each([
        [null, '–', 'the provider did not report it'],
        ['0', '$0', '$0'],
        ['0.000000000', '$0', '$0'],
        ['0.00001234', '$0.0000123', '$0.00001234'],
        ['0.0123456', '$0.0123', '$0.0123456'],
        ['1234.5678', '$1,234.57', '$1,234.5678'],
        ['-0.5', '-$0.5000', '-$0.5'],
    ])('%s is %s, exactly %s', (amount, text, title) => {
        expect(formatUsd(amount)).toEqual({ text, title })
    })

    test('no digit of a long amount is lost in the exact text', () => {
        expect(formatExactly('12345678901234567890.123456789100')).toBe('12,345,678,901,234,567,890.1234567891')
    })
})

test.each([
    [null, '–'],
    [0, '0.0%'],
    [Number.MIN_VALUE, '4.9e-322%'],
    [0.00042, '0.042%'],
    [0.5, '50.0%'],
    [0.9984, '99.8%'],
    [0.9997, '99.97%'],
    [0.9999998, '99.99998%'],
    [1 - Number.EPSILON / 2, '99.99999999999999%'],
    [1, '100.0%'],
])('a share of %s is %s: only nothing is 0%, only all is 100%', (share, text) => {
    expect(formatShare(share).text).toBe(text)
})

test('a change says its direction', () => {
    expect([0.5, -0.021, 0, null].map((change) => formatChange(change).text)).toEqual(['+50%', '-2.1%', '0.0%', '–'])
    expect([-0.997, -0.9997, -1, 0.0004, -0.0004].map((change) => formatChange(change).text)).toEqual(['-99.7%', '-99.97%', '-100%', '+0.040%', '-0.040%'])
})
