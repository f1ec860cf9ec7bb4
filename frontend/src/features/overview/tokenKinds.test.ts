import { expect, test } from 'vitest'
import { nameBucket, stack, sumKind, tellPoint, type Points } from './tokenKinds'

const POINT = { start: '2026-03-01T00:00:00Z', end: '2026-03-01T01:00:00Z', is_over: true }
const POINTS: Points = [
    {
        ...POINT,
        figures: { uncached_input_tokens: 10, cache_read_input_tokens: null, visible_output_tokens: 5, lower_bounds: [] },
    },
    { ...POINT, figures: { uncached_input_tokens: 1, cache_read_input_tokens: null, reasoning_tokens: 0, lower_bounds: [] } },
]

test('a bar ends where the one above begins, and an unknown kind adds no height', () => {
    expect(stack(POINTS)).toEqual([
        [10, 1],
        [10, 1],
        [10, 1],
        [15, 1],
        [15, 1],
    ])
})

test('a kind that nobody reported is unknown; one reported as zero is zero', () => {
    expect(sumKind(POINTS, 'cache_read_input_tokens')).toBeNull()
    expect(sumKind(POINTS, 'reasoning_tokens')).toBe(0)
    expect(sumKind(POINTS, 'uncached_input_tokens')).toBe(11)
})

test('a day is named by its date on the clock of the zone, an hour by its time', () => {
    expect(nameBucket('2026-02-28T23:00:00Z', 'day', 'Europe/Berlin')).toBe('1 Mar 2026')
    expect(nameBucket('2026-02-28T23:00:00Z', 'hour', 'Europe/Berlin')).toBe('1 Mar 00:00')
})

test('a bar tells its exact figures, and what nobody reported', () => {
    const [point] = POINTS
    expect(point && tellPoint(point, 'hour', 'UTC').split('\n').slice(0, 3)).toEqual([
        '1 Mar 00:00', 'Uncached input: 10 tokens', 'Cache read: the provider did not report it',
    ])
})
