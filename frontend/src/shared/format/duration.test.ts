import { expect, test } from 'vitest'
import { formatDuration } from './duration'

test.each([
    [null, '–', 'the provider did not report it'],
    [0, '0 ms', '0 s'],
    [0.00042, '0.42 ms', '0.00042 s'],
    [0.008157, '8.2 ms', '0.008157 s'],
    [0.02409, '24 ms', '0.02409 s'],
    [0.9999, '1.00 s', '0.9999 s'],
    [1.2345, '1.23 s', '1.2345 s'],
    [59.999, '1 min 0 s', '59.999 s'],
    [3723, '1 h 2 min', '3723 s'],
])('%s seconds are %s, exactly %s', (seconds, text, title) => {
    expect(formatDuration(seconds)).toEqual({ text, title })
})
