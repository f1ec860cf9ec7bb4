import { expect, test } from 'vitest'
import { nameOthers } from './lines'

test.each([[1, '1 other'], [2, '2 others'], [1234, '1,234 others']])('%s are %s', (members, name) => {
    expect(nameOthers({ members })).toBe(name)
})
