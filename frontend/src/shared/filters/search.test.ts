import { expect, test } from 'vitest'
import { parseSearch, stringifySearch, toggleFilter, validateSearch } from './search'

test('an address is read back as it was written', () => {
    const search = { range: '30d' as const, timezone: 'Europe/Berlin', model: ['a&b', 'c'], by: 'end_user' as const }
    expect(validateSearch(parseSearch(stringifySearch(search)))).toEqual(search)
})

test('what is unknown or broken is left out', () => {
    expect(validateSearch(parseSearch('?range=9y&start=soon&timezone=Mars/Base&by=mood&x=1'))).toEqual({})
})

test('an empty value is a filter of its own: calls that name none', () => {
    expect(validateSearch(parseSearch('?product='))).toEqual({ product: [''] })
})

test('a value is added once and taken away again', () => {
    const one = toggleFilter({ range: '7d' }, 'model', 'a')
    expect(one).toEqual({ range: '7d', model: ['a'] })
    expect(toggleFilter(one, 'model', 'b')).toEqual({ range: '7d', model: ['a', 'b'] })
    expect(toggleFilter(one, 'model', 'a')).toEqual({ range: '7d' })
})
