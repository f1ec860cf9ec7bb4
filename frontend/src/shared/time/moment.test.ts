import { expect, test } from 'vitest'
import { formatMoment, nameDay, nameHour, nameMoment, nameWeekday } from './moment'

const MOMENT = '2026-11-26T23:07:50.438493Z'

test('a moment is told on the zone\'s clock, and to the last digit on hover', () => {
    expect(formatMoment(MOMENT, 'Europe/Berlin')).toEqual({
        text: '27 Nov 00:07:50',
        title: '27 Nov 2026 00:07:50.438493 Europe/Berlin',
    })
    expect(formatMoment('2026-11-26T05:07:50Z', 'UTC').title).toBe('26 Nov 2026 05:07:50 UTC')
})

test('a moment that is in no list has its year and its zone', () => {
    expect(nameMoment(MOMENT)).toBe('26 Nov 2026 23:07 UTC')
    expect(nameMoment(MOMENT, 'Europe/Berlin')).toBe('27 Nov 2026 00:07 Europe/Berlin')
    expect(nameHour('2026-11-26T07:00:00Z')).toBe('26 Nov 07:00')
})

test('a day is the same day in every zone', () => {
    expect([nameDay('2026-01-01'), nameWeekday('2026-01-01')]).toEqual(['1 Jan 2026', 'Thu 1 Jan 2026'])
})
