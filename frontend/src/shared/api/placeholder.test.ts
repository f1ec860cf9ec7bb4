import { expect, test } from 'vitest'
import { askedTheSame } from './placeholder'

const BEFORE = { queryKey: ['top', { teamId: '1', dimension: 'model', span: { start: '2026-03-01' } }] }

test('the same question of another range may hold the place of the next', () => {
    expect(askedTheSame(BEFORE, { teamId: '1', dimension: 'model' })).toBe(true)
})

test.each([{ teamId: '2', dimension: 'model' }, { teamId: '1', dimension: 'provider' }])(
    'the answer to another question than %o holds no place',
    (these) => { expect(askedTheSame(BEFORE, these)).toBe(false) }
)

test('where nothing was asked before there is nothing to show', () => {
    expect(askedTheSame(undefined, { teamId: '1' })).toBe(false)
})
