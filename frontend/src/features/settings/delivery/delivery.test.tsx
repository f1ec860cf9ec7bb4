import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { Refusal, show } from '../testAnswers'

const DESTINATION = {
    id: 'd-1',
    name: 'books',
    kind: 'webhook',
    address: 'https://books.example.com/usage',
    is_enabled: true,
    first_day: '2026-03-01',
    created_at: '2026-03-01T00:00:00Z',
    pending: 1,
    sent: 2,
    failed: 0,
    last_sent_at: null,
}
const DELIVERY = {
    id: 1,
    destination_id: 'd-1',
    destination: 'books',
    day: '2026-03-01',
    version: 2,
    status: 'pending',
    attempts: 3,
    next_attempt_at: '2026-03-02T00:00:00Z',
    last_error: 'answered 500',
    sent_at: null,
}
const NOTHING = { delivery_destinations: { destinations: [] }, report_deliveries: { deliveries: [] } }
const ONE = { delivery_destinations: { destinations: [DESTINATION] }, report_deliveries: { deliveries: [DELIVERY] } }

afterEach(() => { vi.unstubAllGlobals() })

test('what loads says so, and where nothing is sent too', async () => {
    show('delivery', NOTHING)
    expect(screen.getByRole('status', { name: 'Loading the destinations' })).toBeTruthy()
    expect(await screen.findByText('Reports are sent nowhere yet.')).toBeTruthy()
    expect(screen.getByText(/Nothing was to be sent yet/)).toBeTruthy()
})

test('a store that is away is told', async () => {
    show('delivery', { delivery_destinations: 503, report_deliveries: 503 })
    await waitFor(() => { expect(screen.getAllByText('The store is away.')).toHaveLength(2) })
})

test('destinations and deliveries say where they stand', async () => {
    show('delivery', ONE)
    expect(await screen.findByText('2 sent, 1 to be sent, 0 given up')).toBeTruthy()
    const row = screen.getByRole('row', { name: /2026-03-01, correction 1/ })
    expect(row.textContent).toContain('to be sent')
    expect(row.textContent).toContain('answered 500')
})

test('the key of a PostHog project is asked for that kind alone', async () => {
    show('delivery', NOTHING)
    expect(screen.queryByLabelText('Project API key')).toBeNull()
    await userEvent.selectOptions(screen.getByLabelText('Kind'), 'posthog')
    expect(screen.getByLabelText('Project API key').getAttribute('type')).toBe('password')
})

test('a webhook’s secret is shown once', async () => {
    const made = { ...DESTINATION, signing_secret: 'phs_secret' }
    const sent = show('delivery', { ...NOTHING, 'POST delivery_destinations': made })
    await userEvent.type(screen.getByLabelText('Name'), 'books')
    await userEvent.type(screen.getByLabelText('Address'), 'https://books.example.com/usage')
    await userEvent.click(screen.getByRole('button', { name: 'Add destination' }))
    expect((await screen.findByLabelText('Signing secret of books')).textContent).toBe('phs_secret')
    expect(sent[0]?.body).toEqual({ name: 'books', kind: 'webhook', address: 'https://books.example.com/usage' })
    await userEvent.click(screen.getByRole('button', { name: 'I have stored it' }))
    expect(document.body.textContent).not.toContain('phs_secret')
})

test('an address that is refused is named at its field', async () => {
    const refusal = new Refusal([{ parameter: 'address', detail: 'expected https://', code: 'c' }])
    show('delivery', { ...NOTHING, 'POST delivery_destinations': refusal })
    await userEvent.click(screen.getByRole('button', { name: 'Add destination' }))
    expect(await screen.findByText('expected https://')).toBeTruthy()
    expect(document.activeElement).toBe(screen.getByLabelText('Address'))
})

test('deliveries are stopped', async () => {
    const sent = show('delivery', { ...ONE, 'PATCH delivery_destinations/d-1': DESTINATION })
    await userEvent.click(await screen.findByRole('button', { name: 'Stop books' }))
    await waitFor(() => { expect(sent[0]?.body).toEqual({ is_enabled: false }) })
})

test.each(['sent', 'failed'])('a report that was %s is sent again', async (status) => {
    const done = { ...DELIVERY, status, next_attempt_at: null }
    const answers = { ...ONE, report_deliveries: { deliveries: [done] } }
    const sent = show('delivery', { ...answers, 'POST report_deliveries/1/again': DELIVERY })
    await userEvent.click(await screen.findByRole('button', { name: 'Send version 2 of 2026-03-01 to books again' }))
    await waitFor(() => { expect(sent.map(({ path }) => path)).toEqual(['report_deliveries/1/again']) })
})

test('a report that waits has no button, one that is refused says why', async () => {
    const done = { ...DELIVERY, id: 2, version: 1, status: 'sent' }
    show('delivery', { ...ONE, report_deliveries: { deliveries: [DELIVERY, done] }, 'POST report_deliveries/2/again': 409 })
    await userEvent.click(await screen.findByRole('button', { name: /^Send version 1 / }))
    expect((await screen.findByRole('alert')).textContent).toContain('The store is away.')
    expect(screen.queryByRole('button', { name: /^Send version 2 / })).toBeNull()
})

test('a member is shown neither', () => {
    show('delivery', NOTHING, false)
    expect(screen.getByText(/shown to owners and administrators alone/)).toBeTruthy()
})
