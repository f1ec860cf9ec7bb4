import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { CallDrawer } from './CallDrawer'
import type { Panel } from './search'

const EXPLANATION = {
    evidence: { source: 'the gateway\'s usage object', usage: { prompt_tokens: 100 }, other_witnesses: {} },
    reading: {
        total: 120,
        meaning: 'cached tokens lie inside the reported input',
        candidates: [
            { name: 'input_inclusive', equation: 'input 100 + output 20 = 120', is_chosen: true, verdict: 'its sum is the total' },
            { name: 'input_exclusive', equation: 'input 100 + cache 60 + output 20 = 180', is_chosen: false, verdict: 'it is not' },
        ],
        origins: { input_tokens: 'as reported' },
        unknown_keys: [],
    },
    rules_version: '2',
    current_rules_version: '3',
    tokens: { input_tokens: 100, reasoning_tokens: null, web_search_count: 0 },
    costs: {
        source: 'gateway',
        price_name: 'model-a',
        columns: { total_cost_usd: '0.00001234' },
        terms: [{ column: 'input_cost_usd', rate_name: 'cache_read', quantity: '60', rate_usd: '0.0000005', amount_usd: '0.00003' }],
        own_total_usd: null,
        gateway_total_usd: '0.00001234',
    },
    flags: [{ name: 'cost_mismatch', text: 'The two costs differ.' }],
    differences: [{ column: 'output_tokens', stored: null, derived: 20 }],
}
const CALL = {
    uuid: 'call-1',
    event: '$ai_generation',
    timestamp: '2026-03-01T10:00:00.5Z',
    model: 'model-a',
    span_name: null,
    trace_id: 'trace-1',
    trace_name: null,
    is_error: false,
    input_tokens: 100,
    output_tokens: 20,
    total_tokens: 120,
    cache_read_input_tokens: 60,
    cache_creation_input_tokens: null,
    reasoning_tokens: null,
    total_cost_usd: '0.00001234',
    integrity_flags: ['cost_mismatch'],
    content: {
        input: '[{"role": "user", "content": "Hello"}]',
        output: null,
        output_choices: null,
        input_state: null,
        output_state: null,
        tools: '[{"name": "tides"}]',
    },
    explanation: EXPLANATION,
    explanation_fault: null,
}
const NO_CONTENT = { ...CALL.content, input: null, tools: null }

function show(answer: unknown, panel: Panel = 'conversation', isPrivate = false, status = 200) {
    vi.stubGlobal('fetch', (path: string) =>
        Promise.resolve(path.includes('/generations/') ? Response.json(answer, { status }) : Response.json({}))
    )
    const actions = { onClose: vi.fn(), onPanel: vi.fn(), onPick: vi.fn(), onTrace: vi.fn(), toTrace: (id: string) => `/trace/${id}` }
    render(
        <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
            <CallDrawer teamId="7" uuid="call-1" timezone="UTC" panel={panel} isPrivate={isPrivate} {...actions} />
        </QueryClientProvider>
    )
    return actions
}

afterEach(() => { vi.unstubAllGlobals() })

test('what loads says so, and a refusal is told', async () => {
    show({ title: 'Not Found', status: 404, detail: 'This team has no event of this uuid.', code: 'c' }, 'conversation', false, 404)
    expect(screen.getByRole('status', { name: 'Loading the call' })).toBeTruthy()
    expect((await screen.findByRole('alert')).textContent).toContain('no event of this uuid')
})

test('what was said is readable, and that no answer is stored is said', async () => {
    show(CALL)
    expect(await screen.findByText('Hello')).toBeTruthy()
    expect(screen.getByText('1 tool offered')).toBeTruthy()
    expect(screen.getByText('No answer is stored.')).toBeTruthy()
})

test('privacy mode is told as the reason for the missing content', async () => {
    show({ ...CALL, content: NO_CONTENT }, 'conversation', true)
    expect(await screen.findByText('Content is not stored.')).toBeTruthy()
    expect(screen.getByText(/privacy mode keeps prompts and answers out/)).toBeTruthy()
})

test('each number is led back to where it comes from', async () => {
    show(CALL, 'numbers')
    expect((await screen.findByText('input 100 + output 20 = 120')).closest('li')?.textContent).toContain('✓ Chosen')
    expect(screen.getByText('input 100 + cache 60 + output 20 = 180').closest('li')?.textContent).toContain('✗ Rejected')
    expect(screen.getByText(/"prompt_tokens": 100/)).toBeTruthy()
    expect(screen.getByRole('row', { name: 'cache read 60 $0.0000005 each $0.00003' })).toBeTruthy()
    expect(screen.getByText('$0.5 per million')).toBeTruthy()
    expect(screen.getByText('Not reported: Reasoning tokens.')).toBeTruthy()
    expect(screen.getByText('The two costs differ.', { exact: false })).toBeTruthy()
    expect(screen.getByText(/Output tokens: stored/).textContent).toContain('today 20')
})

test('a row without evidence says why there is no explanation', async () => {
    show({ ...CALL, explanation: null, explanation_fault: 'properties: expected JSON' }, 'numbers')
    expect(await screen.findByText(/properties: expected JSON/)).toBeTruthy()
})

test('a press on a value or a flag asks for its calls alone', async () => {
    const { onPick } = show(CALL)
    await userEvent.click(await screen.findByRole('button', { name: 'model-a' }))
    expect(onPick).toHaveBeenLastCalledWith('model', 'model-a')
    await userEvent.click(screen.getByRole('button', { name: 'cost mismatch' }))
    expect(onPick).toHaveBeenLastCalledWith('flag', 'cost_mismatch')
})

test('raw JSON is selected where the browser keeps its clipboard shut', async () => {
    show(CALL, 'raw')
    const copy = await screen.findByRole('button', { name: 'Copy: Raw JSON' })
    vi.stubGlobal('navigator', {})
    fireEvent.click(copy)
    expect(copy.textContent).toBe('Press Ctrl+C')
    expect(window.getSelection()?.toString()).toContain('"uuid"')
})

test('tabs are the address\'s to keep, and Escape closes', async () => {
    const { onPanel, onClose } = show(CALL)
    await userEvent.click(await screen.findByRole('tab', { name: 'Raw JSON' }))
    expect(onPanel).toHaveBeenCalledWith('raw')
    await userEvent.keyboard('{Escape}')
    expect(onClose).toHaveBeenCalled()
})
