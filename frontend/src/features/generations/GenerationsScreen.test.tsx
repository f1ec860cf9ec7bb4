import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { GenerationsScreen } from './GenerationsScreen'
import type { GenerationsSearch } from './search'

const QUESTION = {
    teamId: '7',
    span: { start: '2026-03-01', end: '2026-03-02', timezone: 'UTC', bucket: 'hour' as const },
    filters: {},
    order: '-timestamp' as const,
}
const CALL = {
    uuid: 'call-1',
    timestamp: '2026-03-01T10:00:00.5Z',
    call_kind: 'inference',
    trace_id: 'trace-1',
    trace_name: null,
    model: 'model-a',
    provider: 'maker',
    product: null,
    api_key_alias: 'key-1',
    is_error: false,
    error_type: null,
    latency: 0.5,
    total_tokens: 1_234_567,
    input_tokens: 1_234_000,
    output_tokens: 567,
    cache_read_input_tokens: null,
    cache_creation_input_tokens: null,
    reasoning_tokens: 0,
    total_cost_usd: '0.00001234',
    integrity_flags: [],
}
const UNKNOWN = {
    ...CALL,
    uuid: 'call-2',
    is_error: true,
    error_type: 'RateLimitError',
    total_tokens: null,
    input_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
    total_cost_usd: null,
    integrity_flags: ['unpriced_model', 'usage_estimated'],
}

const COMPLETE = { complete: true, reasons: [] }

type Page = { generations: unknown[]; next_cursor: string | null }

/** Pages in order; a number is the status of a problem. */
function answerWith(...pages: (Page | number)[]) {
    const asked: URLSearchParams[] = []
    vi.stubGlobal('fetch', (path: string) => {
        const url = new URL(path, 'http://site.test')
        if (!url.pathname.endsWith('/generations/')) return Promise.resolve(Response.json({}))
        const page = pages[Math.min(asked.push(url.searchParams), pages.length) - 1]
        if (typeof page !== 'number') return Promise.resolve(Response.json({ ...page, completeness: COMPLETE }))
        return Promise.resolve(Response.json({ title: 'Refused', status: page, detail: 'Too long a range.', code: 'c' }, { status: page }))
    })
    return asked
}

function show(search: GenerationsSearch = {}) {
    const onChange = vi.fn()
    const links = { toCall: (uuid: string) => `/call/${uuid}`, toTrace: (id: string) => `/trace/${id}`, onOpen: vi.fn(), onTrace: vi.fn() }
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    render(
        <QueryClientProvider client={client}>
            <GenerationsScreen question={QUESTION} search={search} links={links} onChange={onChange} />
        </QueryClientProvider>
    )
    return { onChange, links }
}

// jsdom lays nothing out: the list is 600 pixels high.
beforeEach(() => { vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600) })
afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
})

test('what loads says so', () => {
    answerWith({ generations: [], next_cursor: null })
    show()
    expect(screen.getByRole('status', { name: 'Loading calls' })).toBeTruthy()
})

test('a call is short, and exact on hover; what nobody reported is unknown, for its reason', async () => {
    answerWith({ generations: [CALL, UNKNOWN], next_cursor: null })
    show()
    expect((await screen.findByTitle('1,234,567 tokens')).textContent).toContain('1.23M')
    expect(screen.getByTitle('$0.00001234').textContent).toContain('$0.0000123')
    expect(screen.getByTitle('unknown: nobody has a price for this model').textContent).toContain('–')
    expect(screen.getByTitle('RateLimitError').textContent).toBe('failed')
    expect(screen.getByTitle('unpriced model, usage estimated').textContent).toContain('+1')
    expect(screen.getByText('All 2 calls.')).toBeTruthy()
})

test('a refusal is told in the words of the API', async () => {
    answerWith(422)
    show()
    expect((await screen.findByRole('alert')).textContent).toContain('Too long a range.')
})

test('nothing that fits is no blank page, and an id of nobody tells how to search', async () => {
    answerWith({ generations: [], next_cursor: null })
    show({ search: 'abc' })
    expect(await screen.findByText('abc*')).toBeTruthy()
})

test('the next page is asked for with the cursor of the one before', async () => {
    const asked = answerWith({ generations: [CALL], next_cursor: 'next' }, { generations: [UNKNOWN], next_cursor: null })
    show()
    expect(await screen.findByText('All 2 calls.')).toBeTruthy()
    expect(asked.map((query) => query.get('cursor'))).toEqual([null, 'next'])
})

test('a page that fails keeps those before, and can be asked for again', async () => {
    answerWith({ generations: [CALL], next_cursor: 'next' }, 503, { generations: [UNKNOWN], next_cursor: null })
    show()
    await userEvent.click(await screen.findByRole('button', { name: 'Try again' }))
    expect(await screen.findByText('All 2 calls.')).toBeTruthy()
})

test('only the rows in sight are in the document', async () => {
    const generations = Array.from({ length: 400 }, (_, index) => ({ ...CALL, uuid: `call-${String(index)}` }))
    answerWith({ generations, next_cursor: null })
    show()
    const table = await screen.findByRole('table', { name: 'Calls' })
    expect(table.getAttribute('aria-rowcount')).toBe('401')
    expect(table.querySelectorAll('tr[data-call]').length).toBeLessThan(60)
})

test('a press on a row opens it, one on its trace goes there', async () => {
    answerWith({ generations: [CALL], next_cursor: null })
    const { links } = show()
    await userEvent.click(await screen.findByRole('cell', { name: 'model-a' }))
    expect(links.onOpen).toHaveBeenCalledWith('call-1')
    await userEvent.click(screen.getByRole('link', { name: 'trace-1' }))
    expect(links.onTrace).toHaveBeenCalledWith('trace-1')
    expect(links.onOpen).toHaveBeenCalledTimes(1)
})

test('search, failures, order and the file are the address\'s to keep', async () => {
    answerWith({ generations: [CALL], next_cursor: null })
    const { onChange } = show({ flag: ['unpriced_model'], model: ['a'] })
    const kept = { flag: ['unpriced_model'], model: ['a'] }
    await userEvent.type(screen.getByRole('searchbox'), ' abc* {Enter}')
    expect(onChange).toHaveBeenLastCalledWith({ ...kept, search: 'abc*' })
    await userEvent.click(screen.getByRole('button', { name: 'Failed only' }))
    expect(onChange).toHaveBeenLastCalledWith({ ...kept, is_error: 'true' })
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Order' }), 'Slowest first')
    expect(onChange).toHaveBeenLastCalledWith({ ...kept, order: '-latency' })
    await userEvent.click(within(screen.getByRole('list', { name: 'Flags' })).getByRole('button'))
    expect(onChange).toHaveBeenLastCalledWith({ model: ['a'] })
    expect(screen.getByRole('link', { name: 'Download CSV' }).getAttribute('href')).toContain('/generations/export/?start=2026-03-01')
})

test('whether calls of the range may still come is told above them', async () => {
    answerWith({ generations: [CALL], next_cursor: null })
    show()
    expect(await screen.findByText(/Complete: nothing of this range is known to be missing/)).toBeTruthy()
})
