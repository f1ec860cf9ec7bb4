import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import type { TracesSearch } from './search'
import { TracesScreen } from './TracesScreen'

const QUESTION = {
    teamId: '7',
    span: { start: '2026-03-01', end: '2026-03-02', timezone: 'UTC', bucket: 'hour' as const },
    filters: { session_id: 's-1' },
}
const SUMS = {
    calls: 2,
    failed_calls: 1,
    unpriced_calls: 1,
    input_tokens: 100,
    output_tokens: 20,
    total_tokens: 120,
    cache_read_input_tokens: null,
    cache_creation_input_tokens: null,
    reasoning_tokens: null,
    total_cost_usd: '0.0006',
}
const LINE = { started_at: '2026-03-01T10:00:00Z', models: ['model-a'], sums: SUMS }
const TRACE = { ...LINE, trace_id: 'trace-1', trace_name: null, session_id: null }
const SESSION = { ...LINE, session_id: 's-1', traces: 3 }

function show(answer: unknown, search: TracesSearch = {}, status = 200) {
    const asked: string[] = []
    vi.stubGlobal('fetch', (path: string) => {
        if (path.includes('figure_definitions')) return Promise.resolve(Response.json({}))
        asked.push(path)
        return Promise.resolve(Response.json(answer instanceof Function ? answer() : answer, { status }))
    })
    const onChange = vi.fn()
    const links = { toTrace: (id: string) => `/traces/${id}`, onTrace: vi.fn() }
    render(
        <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
            <TracesScreen question={QUESTION} search={search} links={links} onChange={onChange} />
        </QueryClientProvider>
    )
    return { asked, onChange, links }
}

afterEach(() => { vi.unstubAllGlobals() })

test('what loads says so, and a refusal is told', async () => {
    show({ title: 'Refused', status: 422, detail: 'Too long a range.', code: 'c' }, {}, 422)
    expect(screen.getByRole('status', { name: 'Loading traces' })).toBeTruthy()
    expect((await screen.findByRole('alert')).textContent).toContain('Too long a range.')
})

test('a trace has its sums; a call without a price makes the cost a lower bound', async () => {
    const { links } = show({ traces: [TRACE], next_cursor: null })
    expect((await screen.findByTitle(/^at least \$0\.0006/)).textContent).toContain('≥ $0.000600')
    expect(screen.getByText('1 failed')).toBeTruthy()
    expect(screen.getByText('One trace.')).toBeTruthy()
    await userEvent.click(screen.getByRole('link', { name: 'trace-1' }))
    expect(links.onTrace).toHaveBeenCalledWith('trace-1')
})

test('more is there to be asked for', async () => {
    const pages = [{ traces: [TRACE], next_cursor: 'next' }, { traces: [{ ...TRACE, trace_id: 'trace-2' }], next_cursor: null }]
    const { asked } = show(() => pages.shift())
    await userEvent.click(await screen.findByRole('button', { name: 'Show more' }))
    expect(await screen.findByRole('link', { name: 'trace-2' })).toBeTruthy()
    expect(screen.getByRole('link', { name: 'trace-1' })).toBeTruthy()
    expect(asked.at(-1)).toContain('cursor=next')
})

test('a range without sessions says what makes one', async () => {
    show({ sessions: [], next_cursor: null }, { view: 'sessions' })
    expect(await screen.findByText('$ai_session_id')).toBeTruthy()
})

test('a session leads to its traces, and its own filter does not narrow the sessions', async () => {
    const { asked, onChange } = show({ sessions: [SESSION], next_cursor: null }, { view: 'sessions', model: ['a'] })
    await userEvent.click(await screen.findByRole('button', { name: 's-1' }))
    expect(onChange).toHaveBeenCalledWith({ model: ['a'], session_id: 's-1' })
    expect(asked[0]).not.toContain('session_id')
})

test('the session can be taken away again', async () => {
    const { onChange } = show({ traces: [], next_cursor: null }, { session_id: 's-1' })
    await userEvent.click(screen.getByRole('button', { name: 'Remove the filter Session: s-1' }))
    expect(onChange).toHaveBeenCalledWith({})
    expect(await screen.findByText('No traces in this range.')).toBeTruthy()
})
