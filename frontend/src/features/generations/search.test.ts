import { expect, test } from 'vitest'
import { parseSearch, stringifySearch } from '../../shared/filters/search'
import { validateGenerationsSearch } from './search'

test('an address says the same after it was read', () => {
    const address = '?range=24h&model=a&search=abc*&is_error=true&flag=unpriced_model&order=-latency&call=u&panel=numbers'
    expect(stringifySearch({ ...validateGenerationsSearch(parseSearch(address)) })).toBe(address)
})

test('what the screen does not know is left out', () => {
    expect(validateGenerationsSearch(parseSearch('?order=best&panel=x&is_error=no&search=&other=1'))).toEqual({})
})
