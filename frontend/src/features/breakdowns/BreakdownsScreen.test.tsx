import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { BreakdownsScreen } from './BreakdownsScreen'
import type { BreakdownSearch } from './search'

const SPAN = { start: '2026-03-01', end: '2026-03-02', timezone: 'UTC', bucket: 'hour' as const }
const FIGURES = {
    calls: 3,
    total_tokens: 0,
    total_cost_usd: '0.00001234',
    saved_cache_cost_usd: null,
    input_tokens: 1_234_567,
    cache_hit_rate: 0.25,
    error_rate: 0,
    mean_latency_s: null,
    lower_bounds: ['total_cost_usd'],
}
const COMPLETENESS = { complete: true, reasons: [] }
const LINES = [
    { key: 'model-a', is_others: false, members: 1, figures: FIGURES },
    { key: null, is_others: false, members: 1, figures: FIGURES },
    { key: null, is_others: true, members: 7, figures: FIGURES },
]
const ANSWER = { lines: LINES, total: FIGURES, completeness: COMPLETENESS }
const TEAMS = { ...ANSWER, lines: [{ team_id: 9, team: 'Nine', organization: 'o', is_others: false, members: 1, figures: FIGURES }] }

function show(search: BreakdownSearch, answer: unknown = ANSWER, status = 200) {
    const asked: URL[] = []
    vi.stubGlobal('fetch', (path: string) => {
        asked.push(new URL(path, 'http://site.test'))
        return Promise.resolve(Response.json(path.includes('figure_definitions') ? {} : answer, { status }))
    })
    const [onChange, onTeam] = [vi.fn(), vi.fn()]
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    render(
        <QueryClientProvider client={client}>
            <BreakdownsScreen teamId="7" team="Seven" span={SPAN} search={search} onChange={onChange} onTeam={onTeam} />
        </QueryClientProvider>
    )
    return { asked, onChange, onTeam }
}

afterEach(() => { vi.unstubAllGlobals() })

test('what loads says so', () => {
    show({})
    expect(screen.getByRole('status', { name: 'Loading the breakdown' })).toBeTruthy()
})

test('a refusal is told in the words of the API', async () => {
    show({}, { title: 'Unprocessable', status: 422, detail: 'Too long a range.', code: 'c' }, 422)
    expect((await screen.findByRole('alert')).textContent).toContain('Too long a range.')
})

test('a range without calls says so', async () => {
    show({ model: ['m'] }, { ...ANSWER, lines: [] })
    expect(await screen.findByText('No calls in this range with these filters.')).toBeTruthy()
})

test('unknown is a dash with its reason, 0 is 0, a tiny cost has its digits', async () => {
    show({})
    await screen.findByRole('button', { name: 'model-a' })
    const cells = within(screen.getAllByRole('row')[1] ?? document.body).getAllByRole('cell')
    const read = (figure: string) => cells.find((cell) => cell.dataset['figure'] === figure)?.querySelector('.figure')
    expect(read('total_cost_usd')?.textContent).toContain('≥ $0.0000123')
    expect([read('saved_cache_cost_usd')?.textContent, read('saved_cache_cost_usd')?.getAttribute('title')]).toEqual(
        ['–the provider did not report it', 'the provider did not report it']
    )
    expect(read('total_tokens')?.getAttribute('title')).toBe('0 tokens')
    expect(read('input_tokens')?.getAttribute('title')).toBe('1,234,567 tokens')
})

test('a value becomes a filter and leads to the next property', async () => {
    const { onChange } = show({ dimension: 'provider', range: '30d' })
    await userEvent.click(await screen.findByRole('button', { name: 'none named' }))
    expect(onChange).toHaveBeenCalledWith({ dimension: 'model', range: '30d', provider: [''] })
})

test('a team leads to its own address', async () => {
    const { asked, onTeam } = show({ dimension: 'team' }, TEAMS)
    await userEvent.click(await screen.findByRole('button', { name: 'Nine' }))
    expect(onTeam).toHaveBeenCalledWith('9', { dimension: 'product' })
    expect(asked.some((address) => address.pathname === '/api/projects/usage/')).toBe(true)
})

test('a heading sorts by its figure, which the API is asked for', async () => {
    const { asked, onChange } = show({ sort: 'calls' })
    await userEvent.click(await screen.findByRole('button', { name: 'Error rate' }))
    expect(onChange).toHaveBeenCalledWith({ sort: 'error_rate' })
    expect(asked.some((address) => address.searchParams.get('order_by') === 'calls')).toBe(true)
    expect(screen.getByRole('columnheader', { name: /Calls/ }).getAttribute('aria-sort')).toBe('descending')
})
