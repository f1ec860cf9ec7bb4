import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { Refusal, show } from '../testAnswers'
import { sayPriceSource } from './priceSource'
import { parseUsage } from './usageText'

const RATES = { input: '1.25', output: '10', cache_read: null, cache_write: null, cache_write_1h: null, reasoning: null }
const PRICE = { id: 5, model_pattern: 'house-*', provider: null, valid_from: null, usd_per_mtok: RATES, created_at: '' }
const TRIAL = {
    reading: {
        family: 'OpenAI',
        counts: {},
        convention: 'c',
        total: 12,
        reading: 'r',
        meaning: 'input holds the cache.',
        candidates: [
            { name: 'a', equation: '10 + 2 = 12', tokens: 12, is_fitting: true, is_possible: true, is_chosen: true, verdict: 'It fits.' },
            { name: 'b', equation: '10 + 4 + 2 = 16', tokens: 16, is_fitting: false, is_possible: true, is_chosen: false, verdict: 'It does not.' },
        ],
        origins: {},
        uncolumned: {},
        unknown_keys: ['odd_tokens'],
    },
    tokens: { input_tokens: 10, reasoning_tokens: null },
    costs: {
        source: 'team_price',
        price_name: 'house-*',
        columns: { total_cost_usd: '0.0000125' },
        terms: [
            { column: 'input_cost_usd', rate_name: 'input', quantity: '10', rate_usd: '0.00000125', amount_usd: '0.0000125' },
            { column: 'output_cost_usd', rate_name: 'output', quantity: '0', rate_usd: '0.00001', amount_usd: '0' },
        ],
        own_total_usd: '0.0000125',
        gateway_total_usd: null,
    },
    flags: [],
}
const UNPRICED = {
    reading: null,
    tokens: {},
    costs: { ...TRIAL.costs, source: null, price_name: null, columns: { total_cost_usd: null }, terms: [], own_total_usd: null },
    flags: [{ name: 'unpriced_model', text: 'Nobody knows their price.' }],
}

afterEach(() => { vi.unstubAllGlobals() })

async function work() {
    await userEvent.click(screen.getByRole('button', { name: 'Work it out' }))
}

test('what loads says so, and a team without prices too', async () => {
    show('prices', { prices: { prices: [] } })
    expect(screen.getByRole('status', { name: 'Loading the prices' })).toBeTruthy()
    expect(await screen.findByText(/None: calls are priced/)).toBeTruthy()
})

test('prices stand to the digit; what is not set is a dash', async () => {
    show('prices', { prices: { prices: [PRICE] } })
    expect((await screen.findByTitle('$1.25 per million tokens')).textContent).toBe('$1.25')
    expect(screen.getAllByTitle('not set')).toHaveLength(4)
})

test('a store that is away is told', async () => {
    show('prices', { prices: 503 })
    expect((await screen.findByRole('alert')).textContent).toContain('The store is away.')
})

test('a price is set as it was typed, and what is empty is left out', async () => {
    const sent = show('prices', { prices: { prices: [] }, 'POST prices': PRICE })
    const [model] = screen.getAllByLabelText('Model').slice(-1)
    await userEvent.type(model as HTMLElement, 'house-*')
    await userEvent.type(screen.getByLabelText('Input'), '1.25')
    await userEvent.type(screen.getByLabelText('Output'), '10')
    await userEvent.click(screen.getByRole('button', { name: 'Set price' }))
    const body = { model_pattern: 'house-*', usd_per_mtok: { input: '1.25', output: '10' } }
    await waitFor(() => { expect(sent).toEqual([{ method: 'POST', path: 'prices', body }]) })
})

test('a rate that is refused is named at its field', async () => {
    const refusal = new Refusal([{ parameter: 'usd_per_mtok.output', detail: 'This field is required.', code: 'required' }])
    show('prices', { prices: { prices: [] }, 'POST prices': refusal })
    await userEvent.click(await screen.findByRole('button', { name: 'Set price' }))
    await waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText('Output')) })
    expect(screen.getByText('This field is required.')).toBeTruthy()
})

test('a price is removed once that is confirmed', async () => {
    const sent = show('prices', { prices: { prices: [PRICE] }, 'DELETE prices/5': null })
    await userEvent.click(await screen.findByRole('button', { name: 'Remove the price of house-*' }))
    expect(screen.getByText(/Stored calls keep their cost/)).toBeTruthy()
    expect(sent).toEqual([])
    await userEvent.click(screen.getByRole('button', { name: 'Remove the price' }))
    await waitFor(() => { expect(sent[0]?.path).toBe('prices/5') })
})

test('members may try, not set', async () => {
    const sent = show('prices', { prices: { prices: [PRICE] }, 'POST prices/try': TRIAL }, false)
    expect(await screen.findByText('house-*')).toBeTruthy()
    expect(screen.queryByRole('button', { name: /Set price|Remove/ })).toBeNull()
    await work()
    expect(await screen.findByText('$0.0000125, by this team’s own price of house-*')).toBeTruthy()
    expect(sent[0]?.body).toMatchObject({ model: 'claude-sonnet-4-5', usage: { output_tokens: 350 } })
})

test('a trial shows its terms, the reading chosen and the one rejected', async () => {
    show('prices', { prices: { prices: [] }, 'POST prices/try': TRIAL })
    await work()
    expect((await screen.findByRole('row', { name: /^input/ })).textContent).toContain('$0.0000125')
    expect(screen.queryByRole('row', { name: /^output/ })).toBeNull()
    const [chosen, rejected] = screen.getAllByRole('listitem')
    expect([chosen?.textContent, rejected?.textContent]).toEqual([
        '✓chosen: 10 + 2 = 12 It fits.',
        '✕rejected: 10 + 4 + 2 = 16 It does not.',
    ])
    expect(screen.getByText('Keys that no rule knows: odd_tokens')).toBeTruthy()
    expect(screen.queryByText('reasoning tokens')).toBeNull()
})

test('an unknown price is a dash, with its flag in words', async () => {
    show('prices', { prices: { prices: [] }, 'POST prices/try': UNPRICED })
    await work()
    expect((await screen.findByTitle('not known')).textContent).toContain('–')
    expect(screen.getByText(/Nobody knows their price/)).toBeTruthy()
    expect(screen.getByText(/reports no counts/)).toBeTruthy()
})

test('what is no JSON is not asked about', async () => {
    const sent = show('prices', { prices: { prices: [] } })
    await userEvent.clear(screen.getByLabelText('Usage, as JSON'))
    await work()
    expect(await screen.findByText('Expected a JSON object, got nothing.')).toBeTruthy()
    expect(document.activeElement).toBe(screen.getByLabelText('Usage, as JSON'))
    expect(sent).toEqual([])
})

test.each([
    ['{"a": 1}', { usage: { a: 1 } }],
    [' ', { fault: 'Expected a JSON object, got nothing.' }],
    ['[1]', { fault: 'Expected a JSON object: { … }.' }],
    ['null', { fault: 'Expected a JSON object: { … }.' }],
])('the text %j', (text, parsed) => {
    expect(parseUsage(text)).toEqual(parsed)
})

test.each([
    ['catalogue', 'gpt-4o', 'by the price list’s gpt-4o'],
    ['provider', null, 'as the usage itself states it: the provider’s own charge'],
    [null, null, 'Nobody knows a price: the cost is unknown, not zero.'],
])('the source %j', (source, name, words) => {
    expect(sayPriceSource(source, name)).toBe(words)
})
