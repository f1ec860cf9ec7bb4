import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { findSection } from '../sections'
import { Refusal, show } from '../testAnswers'

const SETTINGS = { retention_days: 30, is_private: false, report_timezone: 'Europe/Berlin' }

afterEach(() => { vi.unstubAllGlobals() })

async function retain(days: string) {
    const field = await screen.findByLabelText('Days that an event is kept')
    await userEvent.clear(field)
    await userEvent.type(field, days)
    await userEvent.click(screen.getByRole('button', { name: 'Save retention' }))
}

test('what loads says so, and a store that is away too', async () => {
    show('data', { settings: 503 })
    expect(screen.getByRole('status', { name: 'Loading the settings' })).toBeTruthy()
    expect((await screen.findByRole('alert')).textContent).toContain('The store is away.')
})

test('the forms hold what is', async () => {
    show('data', { settings: SETTINGS })
    expect((await screen.findByLabelText<HTMLSelectElement>('Days of')).value).toBe('Europe/Berlin')
    expect(screen.getByLabelText<HTMLInputElement>('Days that an event is kept').value).toBe('30')
    expect(screen.getByLabelText<HTMLInputElement>('Keep nothing that is said').checked).toBe(false)
})

test('more days are kept at once', async () => {
    const sent = show('data', { settings: SETTINGS, 'PATCH settings': { ...SETTINGS, retention_days: 90 } })
    await retain('90')
    expect(await screen.findByText('✓ Saved')).toBeTruthy()
    expect(sent).toEqual([{ method: 'PATCH', path: 'settings', body: { retention_days: 90 } }])
})

test('fewer days delete events, which is asked once more', async () => {
    const sent = show('data', { settings: SETTINGS, 'PATCH settings': { ...SETTINGS, retention_days: 7 } })
    await retain('7')
    expect(sent).toEqual([])
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
    await retain('7')
    await userEvent.click(screen.getByRole('button', { name: 'Delete older events' }))
    await waitFor(() => { expect(sent).toHaveLength(1) })
})

test('what is no number of days is the API’s to refuse', async () => {
    const refusal = new Refusal([{ parameter: 'retention_days', detail: 'expected 1 or more', code: 'c' }])
    show('data', { settings: SETTINGS, 'PATCH settings': refusal })
    await retain('0')
    expect(await screen.findByText('expected 1 or more')).toBeTruthy()
    expect(document.activeElement).toBe(screen.getByLabelText('Days that an event is kept'))
})

test('a zone that cannot be reported exactly is named at its field', async () => {
    const refusal = new Refusal([{ parameter: 'report_timezone', detail: 'expected whole or half hours', code: 'c' }])
    const sent = show('data', { settings: SETTINGS, 'PATCH settings': refusal })
    await userEvent.selectOptions(await screen.findByLabelText('Days of'), 'UTC')
    await userEvent.click(screen.getByRole('button', { name: 'Save time zone' }))
    expect(await screen.findByText('expected whole or half hours')).toBeTruthy()
    expect(sent[0]?.body).toEqual({ report_timezone: 'UTC' })
})

test('privacy is a check', async () => {
    const sent = show('data', { settings: SETTINGS, 'PATCH settings': { ...SETTINGS, is_private: true } })
    await userEvent.click(await screen.findByLabelText('Keep nothing that is said'))
    await userEvent.click(screen.getByRole('button', { name: 'Save privacy' }))
    await waitFor(() => { expect(sent[0]?.body).toEqual({ is_private: true }) })
})

test('a member reads them', async () => {
    show('data', { settings: SETTINGS }, false)
    expect(await screen.findByText('30 days')).toBeTruthy()
    expect(screen.queryByRole('form')).toBeNull()
})

test.each([
    [undefined, 'gateways'],
    ['prices', 'prices'],
    ['nothing', undefined],
])('the address’s part %j', (name, section) => {
    expect(findSection(name)).toBe(section)
})
