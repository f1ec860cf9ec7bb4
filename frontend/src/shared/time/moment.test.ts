import { expect, test } from 'vitest'
import { formatMoment } from './moment'

test('a moment is told on the zone\'s clock, and to the last digit on hover', () => {
    expect(formatMoment('2026-11-26T23:07:50.438493Z', 'Europe/Berlin')).toEqual({
        text: '27 Nov 00:07:50',
        title: '2026-11-27 00:07:50.438493 Europe/Berlin',
    })
    expect(formatMoment('2026-11-26T05:07:50Z', 'UTC').title).toBe('2026-11-26 05:07:50 UTC')
})
