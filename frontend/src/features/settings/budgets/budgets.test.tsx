import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { Refusal, show } from '../testAnswers'
import { parseThresholds } from './budgetText'

const USE = {
    period_start: '2026-03-01T00:00:00Z',
    resets_at: '2026-04-01T00:00:00Z',
    used: '60',
    remaining: '40',
    allowed: true,
    is_lower_bound: true,
    unpriced_calls: 1,
    unmeasured_calls: 0,
}
const BUDGET = {
    id: 'b-1',
    api_key_alias: null,
    period: 'monthly',
    unit: 'usd',
    limit: '100',
    thresholds: [50, 80],
    is_enabled: true,
    destination_id: null,
    created_at: '2026-03-01T00:00:00Z',
    use: USE,
    alerts: [{ threshold: 50 }],
}
const COMPLETE = { complete: true, reasons: [] }
const NOTHING = { budgets: { budgets: [], completeness: COMPLETE }, delivery_destinations: { destinations: [] } }
const ONE = { ...NOTHING, budgets: { budgets: [BUDGET], completeness: COMPLETE } }
const NAME = 'The whole team, $100.00 a month'

afterEach(() => { vi.unstubAllGlobals() })

test('what loads says so, and a team without budgets too', async () => {
    show('budgets', NOTHING)
    expect(screen.getByRole('status', { name: 'Loading the budgets' })).toBeTruthy()
    expect(await screen.findByText(/No budget yet/)).toBeTruthy()
})

test('a store that is away is told', async () => {
    show('budgets', { ...NOTHING, budgets: 503 })
    expect((await screen.findByRole('alert')).textContent).toContain('The store is away.')
})

test('a budget shows what was used, as a lower bound where calls are not priced', async () => {
    show('budgets', ONE)
    expect(await screen.findByText(NAME)).toBeTruthy()
    expect(screen.getByTitle(/^at least \$60/).textContent).toContain('≥ $60.00')
    expect(screen.getByText('50% (reached), 80%')).toBeTruthy()
    expect(screen.getByText('within limit')).toBeTruthy()
})

test('what keeps the sums from being complete is told', async () => {
    const reasons = [{ code: 'c', detail: 'Bodies wait.', count: 1, gateway: null }]
    show('budgets', { ...ONE, budgets: { budgets: [BUDGET], completeness: { complete: false, reasons } } })
    expect(await screen.findByText('Not complete yet: Bodies wait.')).toBeTruthy()
})

test('a budget is made, with thresholds as numbers', async () => {
    const sent = show('budgets', { ...NOTHING, 'POST budgets': BUDGET })
    await userEvent.type(screen.getByLabelText('Limit'), '5')
    await userEvent.type(screen.getByLabelText('Alert at (optional)'), '50, 90 %')
    await userEvent.click(screen.getByRole('button', { name: 'Make budget' }))
    const body = { limit: '5', unit: 'usd', period: 'monthly', thresholds: [50, 90] }
    await waitFor(() => { expect(sent).toEqual([{ method: 'POST', path: 'budgets', body }]) })
})

test('a limit that is refused is named at its field', async () => {
    show('budgets', { ...NOTHING, 'POST budgets': new Refusal([{ parameter: 'limit', detail: 'expected above 0', code: 'c' }]) })
    await userEvent.click(screen.getByRole('button', { name: 'Make budget' }))
    expect(await screen.findByText('expected above 0')).toBeTruthy()
    expect(document.activeElement).toBe(screen.getByLabelText('Limit'))
})

test('a budget is changed, stopped and removed', async () => {
    const sent = show('budgets', { ...ONE, 'PATCH budgets/b-1': BUDGET, 'DELETE budgets/b-1': null })
    await userEvent.click(await screen.findByRole('button', { name: `Stop ${NAME}` }))
    await userEvent.click(screen.getByRole('button', { name: `Change ${NAME}` }))
    await userEvent.click(screen.getByRole('button', { name: 'Save budget' }))
    await userEvent.click(await screen.findByRole('button', { name: `Remove ${NAME}` }))
    await userEvent.click(screen.getByRole('button', { name: 'Remove budget' }))
    await waitFor(() => { expect(sent).toHaveLength(3) })
    expect(sent.map(({ body }) => body)).toEqual([{ is_enabled: false }, { limit: '100', thresholds: [50, 80] }, undefined])
})

test('a member sees budgets and no acts', async () => {
    show('budgets', ONE, false)
    expect(await screen.findByText(NAME)).toBeTruthy()
    expect(screen.queryByRole('button')).toBeNull()
})

test.each([
    [undefined, undefined],
    ['50,80', [50, 80]],
    ['50% half', [50, 'half']],
])('thresholds %j', (text, thresholds) => {
    expect(parseThresholds(text)).toEqual(thresholds)
})
