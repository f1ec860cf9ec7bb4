import { expect, test } from 'vitest'
import { dateIn, daysOf, isDate, toSpan } from './range'

const NOW = new Date('2026-03-31T22:15:00Z')

test('a day is that of the zone, not of the browser', () => {
    expect(dateIn('Europe/Berlin', NOW)).toBe('2026-04-01')
    expect(dateIn('UTC', NOW)).toBe('2026-03-31')
})

test('the last seven days end with today', () => {
    expect(toSpan({ range: '7d' }, 'UTC', NOW)).toEqual({
        start: '2026-03-25',
        end: '2026-04-01',
        timezone: 'UTC',
        bucket: 'day',
    })
})

test('a month to date begins with the month of the zone', () => {
    expect(toSpan({ range: 'month' }, 'Europe/Berlin', NOW).start).toBe('2026-04-01')
})

test('the last 24 hours are whole hours', () => {
    const { start, end, bucket } = toSpan({ range: '24h' }, 'UTC', NOW)
    expect([start, end, bucket]).toEqual(['2026-03-30T23:00:00Z', '2026-03-31T23:00:00Z', 'hour'])
})

test('the last day of a custom range is within it', () => {
    const span = toSpan({ range: 'custom', start: '2026-01-01', end: '2026-01-01' }, 'UTC', NOW)
    expect([span.start, span.end, span.bucket]).toEqual(['2026-01-01', '2026-01-02', 'hour'])
})

test.each(['2026-02-30', '0002-11-26', '2014-12-31', '2100-01-01', '2026-1-1', 'soon'])('%s is no day to ask for', (text) => {
    expect(isDate(text)).toBe(false)
})

test.each([
    ['7d', 'UTC', '2026-03-25', '2026-03-31'],
    ['24h', 'Europe/Berlin', '2026-03-31', '2026-04-01'],
] as const)('the days of %s in %s are those that it touches', (range, timezone, start, end) => {
    expect(daysOf(toSpan({ range }, timezone, NOW))).toEqual({ start, end })
})
