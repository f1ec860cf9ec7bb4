import { expect, test } from 'vitest'
import { drill, listCrumbs, nextDimension, validateBreakdownSearch } from './search'

test('dimension and order are read from the address, unknown ones left out', () => {
    expect(validateBreakdownSearch({ dimension: ['team'], sort: ['calls'], model: ['m'] })).toEqual({
        dimension: 'team',
        sort: 'calls',
        model: ['m'],
    })
    expect(validateBreakdownSearch({ dimension: ['mood'], sort: ['beauty'] })).toEqual({})
})

test('the next property is one that is not filtered by', () => {
    expect(nextDimension({ product: ['p'] }, 'team')).toBe('api_key_alias')
    expect(nextDimension({ gateway: ['g'] }, 'model')).toBe('product')
})

test('crumbs lead back in the order in which one came', () => {
    const search = drill(drill({ range: '7d', dimension: 'model' }, 'model', 'm'), 'gateway', 'g')
    const crumbs = listCrumbs(search, 'Seven')
    expect(crumbs.map((crumb) => crumb.label)).toEqual(['All teams', 'Seven', 'Model: m', 'Gateway: g'])
    expect(crumbs[1]?.search).toEqual({ range: '7d', dimension: 'model' })
    expect(crumbs[2]?.search).toEqual({ range: '7d', model: ['m'], dimension: 'gateway' })
    expect(crumbs[3]?.search).toBeUndefined()
})
