import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { IntegrityScreen } from './IntegrityScreen'
import type { IntegritySearch } from './search'

const SPAN = { start: '2026-03-01', end: '2026-03-03', timezone: 'UTC', bucket: 'hour' as const }
const ALERT = {
    id: 'a-1', severity: 'critical', state: 'open', since: '2026-03-01T10:00:00Z', updated_at: '2026-03-01T12:00:00Z',
    muted_until: null, owner: null, events: [], text: { title: 'A count vanished', meaning: 'M.', evidence: 'E.', action: 'A.', runbook: 'docs/runbook.md#field_vanished' },
    changes: [{ at: '2026-03-01T10:00:00Z', kind: 'opened', actor: '', details: {} }],
}
const LINE = {
    provider: 'p', model: 'model-a', calls: 4, reported: { input_tokens: 4, cache_read_input_tokens: 1, video_input_tokens: 0 },
    usual: { basis: 'learned', calls: 300, shares: { input_tokens: 1, cache_read_input_tokens: 0.75, video_input_tokens: null } },
}
const ANSWERS: Record<string, unknown> = {
    integrity: {
        range: { start: '2026-03-01T00:00:00Z', end: '2026-03-03T00:00:00Z', timezone: 'UTC' },
        flags: [{ flag: 'price_assumed', provider: 'p', model: 'model-a', day: '2026-03-02', calls: 3 }],
        models: [], reporting: [LINE], flag_texts: { price_assumed: 'A price was assumed.' }, completeness: { complete: true, reasons: [] },
    },
    alerts: { alerts: [ALERT], next_cursor: null },
    'a-1': ALERT,
    rejects: { rejects: [], next_cursor: null, open_counts: [{ reason_code: 'team_unknown', rejects: 2, gateway: 'main' }] },
    completeness: {
        gateways: [{ gateway: 'main', gateway_id: 'g', completeness: 0.9, received: 17, backfilled: 1, missing: 2, is_final: true, holes: [],
            hours: [{ hour: '2026-03-01T10:00:00Z', received: 17, backfilled: 1, missing: 2 }] }],
    },
    replay: { sent: 2, waiting: 0, not_kept: 0, ownerless: 0 },
    own: { ...ALERT, owner: 'ada@example.com' },
}

function show(answers: Record<string, unknown>, search: IntegritySearch = {}) {
    const sent: { path: string; body: unknown }[] = []
    vi.stubGlobal('fetch', (path: string, options: RequestInit) => {
        const answer = answers[new URL(path, 'http://site.test').pathname.split('/').at(-2) ?? '']
        if (options.method === 'POST') sent.push({ path, body: JSON.parse(String(options.body)) as unknown })
        if (typeof answer !== 'number') return Promise.resolve(Response.json(answer))
        return Promise.resolve(Response.json({ title: 'Refused', status: answer, detail: 'Only for administrators.', code: 'c' }, { status: answer }))
    })
    const onChange = vi.fn()
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    render(
        <QueryClientProvider client={client}>
            <IntegrityScreen teamId="7" span={SPAN} search={search} onChange={onChange} />
        </QueryClientProvider>
    )
    return { onChange, sent }
}

afterEach(() => { vi.unstubAllGlobals() })

test('each part that loads says so', () => {
    show(ANSWERS)
    for (const what of ['alerts', 'what is reported', 'rejects', 'gateways']) {
        expect(screen.getByRole('status', { name: `Loading ${what}` })).toBeTruthy()
    }
})

test('a share is held against what is usual; counts that nobody reports are no column', async () => {
    show(ANSWERS)
    const cell = await screen.findByTitle('1 of 4 calls report cache read input; usually 75%')
    expect(cell.className).toContain('is-less')
    expect(cell.textContent).toContain('▼ 25%')
    expect(screen.queryByRole('columnheader', { name: 'video input' })).toBeNull()
})

test('flags have their days, their words and their sum', async () => {
    show(ANSWERS)
    expect(await screen.findByRole('img', { name: '1 Mar 2026: 0, 2 Mar 2026: 3' })).toBeTruthy()
    expect(screen.getByText('A price was assumed.')).toBeTruthy()
})

test('a missing hour is told by words, not by colour alone', async () => {
    show(ANSWERS)
    expect(await screen.findByText('✕ 2 missing')).toBeTruthy()
    expect(screen.getByTitle(/17 received, 1 back-filled, 2 missing/)).toBeTruthy()
})

test('what nobody can know is a dash with its reason', async () => {
    const [gateway] = (ANSWERS['completeness'] as { gateways: object[] }).gateways
    show({ ...ANSWERS, completeness: { gateways: [{ ...gateway, completeness: null, hours: [] }] } })
    expect((await screen.findByTitle('no durable shipper of this gateway numbers its events')).textContent).toBe('–')
})

test('nothing wrong says so', async () => {
    show({ ...ANSWERS, alerts: { alerts: [], next_cursor: null }, rejects: { rejects: [], open_counts: [] } })
    expect(await screen.findByText(/No alert is open/)).toBeTruthy()
    expect(await screen.findByText(/No event of this team waits/)).toBeTruthy()
})

test('a replay asks first, then says what it did', async () => {
    const { sent } = show(ANSWERS)
    await userEvent.click(await screen.findByRole('button', { name: /^Replay 2 events/ }))
    expect(sent).toEqual([])
    const [, confirm] = await screen.findAllByRole('button', { name: /^Replay/, hidden: true })
    await userEvent.click(confirm ?? document.body)
    expect(await screen.findByText('2 put back into the inbox.')).toBeTruthy()
    expect(sent[0]?.body).toEqual({ reason_code: 'team_unknown', is_unattributed: true })
})

test('who may not act is told why', async () => {
    show({ ...ANSWERS, own: 403 }, { alert: 'a-1' })
    await userEvent.click(await screen.findByRole('button', { name: 'I look after it' }))
    expect((await screen.findByRole('alert')).textContent).toContain('Only for administrators.')
})

test('an alert unfolds by its address, with evidence and history', async () => {
    const { onChange } = show(ANSWERS)
    await userEvent.click(await screen.findByRole('button', { name: /A count vanished/ }))
    expect(onChange).toHaveBeenCalledWith({ alert: 'a-1' })
})

test('an unfolded alert leads to its section of the runbook', async () => {
    show(ANSWERS, { alert: 'a-1' })
    const link = await screen.findByRole('link', { name: 'The runbook on this check' })
    expect(link.getAttribute('href')).toBe('/docs/runbook.md#field_vanished')
})
