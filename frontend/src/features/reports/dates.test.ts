import { expect, test } from 'vitest'
import { endOf, listWeeks } from './dates'
import { validateReportSearch } from './search'

test('weeks begin on Monday and hold every day of the month once', () => {
    const weeks = listWeeks('2026-11')
    expect(weeks[0]).toEqual([null, null, null, null, null, null, '2026-11-01'])
    expect(weeks.flat().filter(Boolean)).toHaveLength(30)
})

test('a month ends where the next begins, also at the end of a year', () => {
    expect([endOf('2026-02'), endOf('2026-12')]).toEqual(['2026-03-01', '2027-01-01'])
})

test('a day brings its month; what is broken is left out', () => {
    expect(validateReportSearch({ day: ['2026-11-14'], version: ['2'] })).toEqual({ month: '2026-11', day: '2026-11-14', version: 2 })
    expect(validateReportSearch({ month: ['soon'], version: ['2'] })).toEqual({})
})
