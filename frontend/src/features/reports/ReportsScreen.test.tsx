import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ReportsScreen } from './ReportsScreen'
import type { ReportSearch } from './search'

const FIGURES = {
    calls: 2, failed_calls: 0, unpriced_calls: 0, input_tokens: 1_234_567, total_cost_usd: '0.375', web_search_count: null,
    models: [{ name: 'model-a', calls: 2, unpriced_calls: 0, total_tokens: 7, total_cost_usd: '0.375' }], products: [], api_keys: [],
}
const HEAD = {
    day: '2026-11-14', timezone: 'UTC', starts_at: '2026-11-14T00:00:00Z', ends_at: '2026-11-15T00:00:00Z',
    refreshed_at: '2026-11-16T00:00:00Z', closed_at: '2026-11-16T00:00:00Z', missing: { events: 3 }, rules_version: '2', figures: FIGURES,
}
const SECOND = { ...HEAD, version: 2, state: 'corrected', reason: 'late_events', changes: { calls: [1, 2], models: {} } }
const FIRST = { ...HEAD, version: 1, state: 'closed', reason: '', changes: {}, figures: { ...FIGURES, calls: 1 } }
const DAYS = { not_reported: 29, open: 0, closed: 0, corrected: 1 }
const MONTHS = Array.from({ length: 12 }, (_, index) => ({
    month: `2026-${String(index + 1).padStart(2, '0')}-01`,
    state: index === 10 ? 'open' : 'not_reported',
    days: DAYS,
    figures: FIGURES,
}))

function show(search: ReportSearch, status = 200) {
    vi.stubGlobal('fetch', (path: string) => {
        const { pathname } = new URL(path, 'http://site.test')
        const problem = { title: 'Away', status, detail: 'The store is away.', code: 'c' }
        if (status !== 200) return Promise.resolve(Response.json(problem, { status }))
        if (pathname.endsWith('/months/')) return Promise.resolve(Response.json({ months: MONTHS }))
        if (pathname.endsWith('/reports/')) return Promise.resolve(Response.json({ reports: [SECOND] }))
        if (pathname.includes('figure_definitions')) return Promise.resolve(Response.json({ calls: { label: 'Calls', definition: 'What they are.' } }))
        return Promise.resolve(Response.json({ day: '2026-11-14', versions: [SECOND, FIRST] }))
    })
    const onChange = vi.fn()
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    render(
        <QueryClientProvider client={client}>
            <ReportsScreen teamId="7" owner="Seven, Ours" today="2026-11-26" search={search} onChange={onChange} />
        </QueryClientProvider>
    )
    return onChange
}

afterEach(() => { vi.unstubAllGlobals() })

test('what loads says so', () => {
    show({})
    expect(screen.getByRole('status', { name: 'Loading months' })).toBeTruthy()
    expect(screen.getByRole('status', { name: 'Loading days' })).toBeTruthy()
})

test('a store that is away is told where its part would be', async () => {
    show({}, 503)
    expect((await screen.findAllByRole('alert'))[0]?.textContent).toContain('The store is away.')
})

test('a day says its state in words and leads to its report', async () => {
    const onChange = show({ month: '2026-11' })
    const day = await screen.findByRole('button', { name: /14 Nov 2026.*corrected v2/ })
    await userEvent.click(day)
    expect(onChange).toHaveBeenCalledWith({ month: '2026-11', day: '2026-11-14' })
})

test('a month without reports says so', async () => {
    show({ month: '2026-03' })
    expect(await screen.findByText(/No day of March 2026 was reported/)).toBeTruthy()
})

test('a report has every digit, its definitions and its correction', async () => {
    show({ month: '2026-11', day: '2026-11-14' })
    expect((await screen.findAllByText('1,234,567')).length).toBeGreaterThan(0)
    expect(await screen.findByText('What they are.')).toBeTruthy()
    expect(screen.getByText(/Events arrived after the day was closed/)).toBeTruthy()
    expect(screen.getByText('3 events')).toBeTruthy()
    const csv = screen.getByRole('link', { name: /CSV/ })
    expect(csv.getAttribute('href')).toContain('format=csv&start=2026-11-14&end=2026-11-15')
})

test('an earlier version is one press away, and says that it was replaced', async () => {
    const onChange = show({ month: '2026-11', day: '2026-11-14', version: 1 })
    expect(await screen.findByText('version 2')).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'Version 2, counts' }))
    expect(onChange).toHaveBeenCalledWith({ month: '2026-11', day: '2026-11-14' })
})
