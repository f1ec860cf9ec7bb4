import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { Refusal, show } from '../testAnswers'
import { configure } from './configuration'
import { readState } from './credentialState'

const CREDENTIAL = {
    id: 3,
    gateway_id: 'g',
    gateway: 'production',
    label: 'proxy',
    routing: 'team',
    token_prefix: 'phg_abc',
    created_at: '2026-03-01T10:00:00Z',
    last_used_at: null,
    expires_at: null,
    revoked_at: null,
    previous_valid_until: null,
    is_signature_required: false,
}
const CALL = {
    uuid: 'u-1',
    model: 'gpt-4o',
    gateway: 'production',
    timestamp: '2026-03-01T10:00:00Z',
    total_tokens: 1234,
    total_cost_usd: null,
}
const NOTHING = { credentials: { credentials: [] }, gateways: { gateways: [] }, generations: { generations: [] } }
const ONE = { ...NOTHING, credentials: { credentials: [CREDENTIAL] } }

afterEach(() => { vi.unstubAllGlobals() })

test('what loads says so', () => {
    show('gateways', NOTHING)
    for (const what of ['the latest call', 'the credentials', 'the gateways']) {
        expect(screen.getByRole('status', { name: `Loading ${what}` })).toBeTruthy()
    }
})

test('a team without calls waits, and says what to do', async () => {
    show('gateways', NOTHING)
    expect(await screen.findByText('Waiting for the first event')).toBeTruthy()
    expect(screen.getByText(/No credential yet/)).toBeTruthy()
    expect(screen.getByText(/No gateway reports/)).toBeTruthy()
})

test('the latest call is shown; an unknown cost is a dash', async () => {
    show('gateways', { ...NOTHING, generations: { generations: [CALL] } })
    expect(await screen.findByTitle('1,234 tokens')).toBeTruthy()
    expect(screen.getByTitle('the provider did not report it').textContent).toContain('–')
    expect(screen.getByRole('link', { name: /Show this call/ }).getAttribute('href')).toBe('/calls/u-1')
})

test('each part tells of its own fault and can be tried again', async () => {
    show('gateways', { credentials: 503, gateways: 503, generations: 503 })
    await waitFor(() => { expect(screen.getAllByText('The store is away.')).toHaveLength(3) })
    expect(screen.getAllByRole('button', { name: 'Try again' })).toHaveLength(3)
})

test('a token is shown once, stands in the lines to copy, and goes', async () => {
    const token = 'phg_secret'
    const sent = show('gateways', { ...NOTHING, 'POST credentials': { ...CREDENTIAL, token } })
    await userEvent.type(await screen.findByLabelText('Label'), ' proxy ')
    await userEvent.click(screen.getByRole('button', { name: 'Create credential' }))
    expect((await screen.findByLabelText('Token of proxy')).textContent).toBe(token)
    expect(sent).toEqual([{ method: 'POST', path: 'credentials', body: { label: 'proxy', signature: 'off' } }])
    expect(screen.queryByLabelText('Signing secret of proxy')).toBeNull()
    expect(screen.getByLabelText('Environment').textContent).toContain(`POSTHOG_GATEWAY_TOKEN="${token}"`)
    expect(document.activeElement?.textContent).toBe('Token of proxy')
    await userEvent.click(screen.getByRole('button', { name: 'I have stored it' }))
    expect(document.body.textContent).not.toContain(token)
})

test('the secret of a signing credential is shown beside its token, and goes with it', async () => {
    const made = { ...CREDENTIAL, token: 'phg_secret', signing_secret: 'phs_secret', is_signature_required: true }
    const sent = show('gateways', { ...NOTHING, 'POST credentials': made })
    await userEvent.type(await screen.findByLabelText('Label'), 'proxy')
    await userEvent.selectOptions(screen.getByLabelText('Signature'), 'required')
    await userEvent.click(screen.getByRole('button', { name: 'Create credential' }))
    expect((await screen.findByLabelText('Signing secret of proxy')).textContent).toBe('phs_secret')
    expect(sent).toEqual([{ method: 'POST', path: 'credentials', body: { label: 'proxy', signature: 'required' } }])
    await userEvent.click(screen.getByRole('button', { name: 'I have stored it' }))
    expect(document.body.textContent).not.toContain('phs_secret')
})

test('what the API refuses stands at its field, which gets the focus', async () => {
    const refusal = new Refusal([{ parameter: 'label', detail: 'This field is required.', code: 'required' }])
    show('gateways', { ...NOTHING, 'POST credentials': refusal })
    await userEvent.click(await screen.findByRole('button', { name: 'Create credential' }))
    const field = screen.getByLabelText('Label')
    await waitFor(() => { expect(field.getAttribute('aria-invalid')).toBe('true') })
    const described = field.getAttribute('aria-describedby')?.split(' ').map((id) => document.getElementById(id)?.textContent)
    expect(described).toContain('This field is required.')
    expect(document.activeElement).toBe(field)
})

test('a refusal that names no field of the form stands above its button', async () => {
    show('gateways', { ...NOTHING, 'POST credentials': 503 })
    await userEvent.click(await screen.findByRole('button', { name: 'Create credential' }))
    expect((await screen.findByRole('alert')).textContent).toBe('The store is away.')
})

test('rotating asks for the overlap and shows the new token', async () => {
    const sent = show('gateways', { ...ONE, 'POST credentials/3/rotate': { ...CREDENTIAL, token: 'phg_new' } })
    await userEvent.click(await screen.findByRole('button', { name: 'Rotate proxy' }))
    const hours = screen.getByLabelText('Hours that the old token still opens')
    expect(document.activeElement).toBe(hours)
    await userEvent.clear(hours)
    await userEvent.type(hours, '1')
    await userEvent.click(screen.getByRole('button', { name: 'Make a new token' }))
    expect((await screen.findByLabelText('Token of proxy')).textContent).toBe('phg_new')
    expect(sent[0]?.body).toEqual({ overlap_hours: '1' })
})

test('revoking asks once more, and Escape leaves it', async () => {
    const sent = show('gateways', { ...ONE, 'POST credentials/3/revoke': CREDENTIAL })
    await userEvent.click(await screen.findByRole('button', { name: 'Revoke proxy' }))
    await userEvent.keyboard('{Escape}')
    expect(sent).toEqual([])
    await userEvent.click(screen.getByRole('button', { name: 'Revoke proxy' }))
    await userEvent.click(screen.getByRole('button', { name: 'Revoke for good' }))
    await waitFor(() => { expect(sent).toEqual([{ method: 'POST', path: 'credentials/3/revoke', body: {} }]) })
})

test('a member is not shown credentials', async () => {
    show('gateways', NOTHING, false)
    expect(await screen.findByText(/shown to owners and administrators alone/)).toBeTruthy()
    expect(screen.queryByRole('form')).toBeNull()
})

test('both ways of reporting can be copied', async () => {
    show('gateways', NOTHING)
    expect(screen.getByLabelText('config.yaml').textContent).toBe(configure('shipper', window.location.origin).yaml)
    const ways = screen.getByRole('group', { name: 'How the proxy reports' })
    await userEvent.click(within(ways).getByRole('button', { name: 'LiteLLM’s own webhook' }))
    expect(screen.getByLabelText('config.yaml').textContent).toContain('callback_type: generic_api')
})

test.each([
    [{}, { word: 'active', isOpen: true, overlapUntil: null }],
    [{ revoked_at: '2026-03-01T00:00:00Z' }, { word: 'revoked', isOpen: false, overlapUntil: null }],
    [{ expires_at: '2026-03-01T00:00:00Z' }, { word: 'expired', isOpen: false, overlapUntil: null }],
    [{ expires_at: '2026-04-01T00:00:00Z' }, { word: 'active', isOpen: true, overlapUntil: null }],
    [
        { previous_valid_until: '2026-04-01T00:00:00Z' },
        { word: 'active', isOpen: true, overlapUntil: '2026-04-01T00:00:00Z' },
    ],
])('the state of a credential %j', (fields, state) => {
    const credential = { ...CREDENTIAL, routing: 'team' as const, ...fields }
    expect(readState(credential, new Date('2026-03-15T00:00:00Z'))).toEqual(state)
})
