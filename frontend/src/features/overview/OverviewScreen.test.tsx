import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import type { ScreenSearch } from '../../shared/filters/search'
import { OverviewScreen } from './OverviewScreen'

const QUESTION = {
    teamId: '7',
    span: { start: '2026-03-01', end: '2026-03-02', timezone: 'UTC', bucket: 'hour' as const },
    filters: {},
}
const FIGURES = {
    calls: 3,
    total_tokens: 1_234_567,
    total_cost_usd: '0.00001234',
    saved_cache_cost_usd: null,
    cache_hit_rate: 0.25,
    error_rate: 0,
    lower_bounds: ['total_cost_usd'],
}
const CHANGES = { calls: 0.5, total_tokens: null, total_cost_usd: -0.1, saved_cache_cost_usd: null }
const LINES = [
    { key: 'model-a', is_others: false, members: 1, figures: FIGURES },
    { key: null, is_others: false, members: 1, figures: { ...FIGURES, total_cost_usd: null, lower_bounds: [] } },
]
const ANSWERS: Record<string, unknown> = {
    overview: {
        current: FIGURES,
        previous: { ...FIGURES, calls: 2 },
        changes: { ...CHANGES, cache_hit_rate: null, error_rate: null },
        completeness: { complete: false, reasons: [{ code: 'inbox', detail: '4 bodies wait.', count: 4, gateway: null }] },
    },
    time_series: { series: [] },
    top: { lines: LINES },
    usage: { lines: [] },
    figure_definitions: { calls: { label: 'Calls', definition: 'Calls that a provider worked on.' } },
}

/** Answer each resource by its name; a number is the status of a problem. */
function answerWith(answers: Record<string, unknown>) {
    vi.stubGlobal('fetch', (path: string) => {
        const name = new URL(path, 'http://site.test').pathname.split('/').at(-2) ?? ''
        const answer = answers[name]
        if (typeof answer !== 'number') return Promise.resolve(Response.json(answer))
        const problem = { title: 'Unprocessable', status: answer, detail: 'Too long a range.', code: 'c' }
        return Promise.resolve(Response.json(problem, { status: answer }))
    })
}

function show(answers: Record<string, unknown>, search: ScreenSearch = {}) {
    answerWith(answers)
    const [onChange, onTeam, onBreakdown] = [vi.fn(), vi.fn(), vi.fn()]
    const links = { toBreakdown: (dimension: string) => `/breakdowns?dimension=${dimension}`, onBreakdown }
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    const draw = (question: typeof QUESTION) => (
        <QueryClientProvider client={client}>
            <OverviewScreen
                {...{ question, links, onTeam }}
                by={search.by ?? 'model'}
                onChange={(change) => { onChange(change(search)) }}
            />
        </QueryClientProvider>
    )
    const { rerender } = render(draw(QUESTION))
    return { onChange, onTeam, onBreakdown, ask: (question: typeof QUESTION) => { rerender(draw(question)) } }
}

afterEach(() => { vi.unstubAllGlobals() })

test('what loads says so', () => {
    show(ANSWERS)
    expect(screen.getByRole('status', { name: 'Loading the figures' })).toBeTruthy()
})

test('figures are short, and exact on hover; a lower bound is one', async () => {
    show(ANSWERS)
    const [cost] = await screen.findAllByTitle(/^at least \$0\.00001234/)
    expect(cost?.textContent).toContain('≥ $0.0000123')
    expect(screen.getAllByTitle('1,234,567 tokens')[0]?.textContent).toContain('1.23M')
    expect(screen.getAllByTitle('the provider did not report it').length).toBeGreaterThan(0)
    expect(screen.getByText('+50%')).toBeTruthy()
})

test('the figures wait in place for those of another range, never for those of another team', async () => {
    const { ask } = show(ANSWERS)
    await screen.findByText('+50%')
    vi.stubGlobal('fetch', () => new Promise(() => undefined))
    ask({ ...QUESTION, span: { ...QUESTION.span, end: '2026-03-03' } })
    expect(screen.getByText('+50%')).toBeTruthy()
    ask({ ...QUESTION, teamId: '8' })
    expect(screen.queryByText('+50%')).toBeNull()
    expect(screen.getByRole('status', { name: 'Loading the figures' })).toBeTruthy()
})

test('what keeps the figures from being complete is told', async () => {
    show(ANSWERS)
    expect(await screen.findByText('Not complete yet: one reason')).toBeTruthy()
    expect(screen.getByText('4 bodies wait.')).toBeTruthy()
})

test('a refusal is told in the words of the API, for its part of the screen alone', async () => {
    show({ ...ANSWERS, overview: 422 })
    expect((await screen.findByRole('alert')).textContent).toContain('Too long a range.')
    expect(await within(await screen.findByRole('table', { name: 'Cost by model' })).findByRole('button', { name: 'model-a' })).toBeTruthy()
})

test('the figures of each bar are a table, one press away, on the clock of the screen', async () => {
    const figures = { uncached_input_tokens: 1_234_567, reasoning_tokens: null, lower_bounds: [] }
    const point = { start: '2026-03-01T05:00:00Z', end: '2026-03-01T06:00:00Z', is_over: true, figures }
    const without = { ...point, start: '2026-03-01T06:00:00Z', figures: { lower_bounds: [] } }
    show({ ...ANSWERS, time_series: { series: [{ points: [point, without] }] } })
    await userEvent.click(await screen.findByText('The figures of each hour'))
    const row = await screen.findByRole('row', { name: /^1 Mar 05:00/ })
    expect(within(row).getByTitle('1,234,567 tokens')).toBeTruthy()
    expect(within(row).getAllByTitle('the provider did not report it')).toHaveLength(4)
    expect(screen.queryByRole('row', { name: /06:00/ })).toBeNull()
})

test('a range without calls says what to do', async () => {
    const overview = { ...(ANSWERS['overview'] as object), current: { ...FIGURES, calls: 0 } }
    show({ ...ANSWERS, overview, top: { lines: [] } })
    expect(await screen.findByText(/Point a gateway at/)).toBeTruthy()
    expect(await screen.findAllByText('No calls in this range.')).toHaveLength(5)
    expect(screen.getByTitle('there were no calls').textContent).toContain('–')
})

test('filters that leave no call say so, and ask for no gateway', async () => {
    const overview = { ...(ANSWERS['overview'] as object), current: { ...FIGURES, calls: 0 } }
    const { ask } = show({ ...ANSWERS, overview, top: { lines: [] } })
    ask({ ...QUESTION, filters: { model: ['m'] } })
    expect(await screen.findByText('No calls in this range with these filters.')).toBeTruthy()
    expect(screen.queryByText(/Point a gateway at/)).toBeNull()
})

test('a line filters by its value, one without a name by the empty value', async () => {
    const { onChange } = show(ANSWERS)
    await userEvent.click(await within(await screen.findByRole('table', { name: 'Cost by model' })).findByRole('button', { name: 'none named' }))
    expect(onChange).toHaveBeenCalledWith({ model: [''] })
})

test('the grouping is the address\'s to keep', async () => {
    const { onChange } = show(ANSWERS)
    const groups = screen.getByRole('group', { name: 'Group by' })
    await userEvent.click(within(groups).getByRole('button', { name: 'User' }))
    expect(onChange).toHaveBeenCalledWith({ by: 'end_user' })
})

test('teams are a grouping, too; a press on one leads to it', async () => {
    const lines = [{ team_id: 9, team: 'Team nine', is_others: false, members: 1, figures: FIGURES }]
    const { onChange, onTeam } = show({ ...ANSWERS, usage: { lines } }, { by: 'team', model: ['m'] })
    await userEvent.click(await within(await screen.findByRole('table', { name: 'Cost by team' })).findByRole('button', { name: 'Team nine' }))
    expect(onTeam).toHaveBeenCalledWith('9')
    expect(onChange).not.toHaveBeenCalled()
})

test('teams, models, keys and users are listed side by side; each list leads to its breakdown', async () => {
    const { onChange, onBreakdown } = show(ANSWERS)
    const users = screen.getByRole('region', { name: 'Top users' })
    await userEvent.click(await within(users).findByRole('button', { name: 'model-a' }))
    expect(onChange).toHaveBeenCalledWith({ end_user: ['model-a'] })
    for (const [name, dimension] of [['teams', 'team'], ['models', 'model'], ['keys', 'api_key_alias'], ['users', 'end_user']]) {
        await userEvent.click(screen.getByRole('link', { name: `All ${name ?? ''}` }))
        expect(onBreakdown).toHaveBeenLastCalledWith(dimension)
    }
})
