import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import type { TraceNode } from './api/trace'
import { layOut } from './timeline'
import { TraceScreen } from './TraceScreen'

const SUMS = {
    calls: 1,
    failed_calls: 0,
    unpriced_calls: 0,
    input_tokens: 100,
    output_tokens: 20,
    total_tokens: 120,
    cache_read_input_tokens: null,
    cache_creation_input_tokens: null,
    reasoning_tokens: null,
    total_cost_usd: '0.0006',
}

function makeNode(uuid: string, depth: number, parent: string | null, event: object): TraceNode {
    const own = { uuid, event: '$ai_span', span_name: uuid, lib: null, latency: 1, integrity_flags: [], is_error: false, ...event }
    return { depth, parent_uuid: parent, event: own, sums: SUMS } as unknown as TraceNode
}

const NODES = [
    makeNode('root', 0, null, { timestamp: '2026-03-01T10:00:00Z', latency: 4 }),
    makeNode('step', 1, 'root', { timestamp: '2026-03-01T10:00:01Z', latency: 1 }),
    makeNode('call', 2, 'step', { timestamp: '2026-03-01T10:00:02Z', latency: 0.5, lib: 'posthog-python', is_error: true, error_type: 'Timeout' }),
    makeNode('last', 1, 'root', { timestamp: '2026-03-01T10:00:03Z', latency: null }),
]

function show(answer: unknown, status = 200) {
    vi.stubGlobal('fetch', (path: string) =>
        Promise.resolve(path.includes('/traces/') ? Response.json(answer, { status }) : Response.json({}))
    )
    const onOpen = vi.fn()
    render(
        <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
            <TraceScreen teamId="7" traceId="a/b" timezone="UTC" openCall={undefined} onOpen={onOpen} />
        </QueryClientProvider>
    )
    return onOpen
}

afterEach(() => { vi.unstubAllGlobals() })

test('a gateway says when a call began, an SDK when it was over', () => {
    const { length, bars } = layOut(NODES)
    expect(length).toBe(4000)
    expect([...bars.values()]).toEqual([
        { start: 0, length: 4000 },
        { start: 1000, length: 1000 },
        { start: 1500, length: 500 },
        { start: 3000, length: 0 },
    ])
})

test('what loads says so, and a trace of nobody is told', async () => {
    show({ title: 'Not Found', status: 404, detail: 'This team has no event of this trace.', code: 'c' }, 404)
    expect(screen.getByRole('status', { name: 'Loading the trace' })).toBeTruthy()
    expect((await screen.findByRole('alert')).textContent).toContain('no event of this trace')
})

test('what is below a folded event is hidden until it is unfolded', async () => {
    show({ trace_id: 'a/b', sums: SUMS, nodes: NODES, is_cut: false })
    const fold = await screen.findByRole('button', { name: 'What is below step' })
    await userEvent.click(fold)
    expect(screen.queryByRole('button', { name: 'call' })).toBeNull()
    expect(screen.getByRole('button', { name: 'last' })).toBeTruthy()
    await userEvent.click(fold)
    expect(screen.getByRole('button', { name: 'call' })).toBeTruthy()
})

test('an event says when it was and opens; a failure says which', async () => {
    const onOpen = show({ trace_id: 'a/b', sums: SUMS, nodes: NODES, is_cut: false })
    expect(await screen.findByTitle('begins 1.50 s in, takes 500 ms')).toBeTruthy()
    expect(screen.getByTitle('begins 3.00 s in, takes –')).toBeTruthy()
    expect(screen.getByTitle('Timeout').textContent).toBe('failed')
    await userEvent.click(screen.getByRole('button', { name: 'call' }))
    expect(onOpen).toHaveBeenCalledWith('call')
})

test('a trace that is cut says so, and one of many events shows the rest when asked', async () => {
    const many = Array.from({ length: 600 }, (_, index) => makeNode(`e${String(index)}`, 0, null, { timestamp: '2026-03-01T10:00:00Z' }))
    show({ trace_id: 'a/b', sums: SUMS, nodes: many, is_cut: true })
    expect(await screen.findByText(/more events than can be shown/, {}, { timeout: 20_000 })).toBeTruthy()
    expect(screen.queryByText('e599')).toBeNull()
    fireEvent.click(screen.getByText('Show all 600 events'))
    expect(screen.getByText('e599')).toBeTruthy()
}, 30_000)
