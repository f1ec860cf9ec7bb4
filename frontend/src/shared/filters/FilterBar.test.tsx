import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { FilterBar } from './FilterBar'

function show(search: Parameters<typeof FilterBar>[0]['search']) {
    const onChange = vi.fn()
    render(
        <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
            <FilterBar
                {...{ search, onChange }}
                teamId="7"
                span={{ start: '2026-03-01', end: '2026-03-02', timezone: 'UTC', bucket: 'hour' }}
                timezone="UTC"
                teamTimezone="Europe/Berlin"
            />
        </QueryClientProvider>
    )
    return onChange
}

/** The values that calls have, as the API tells them. */
function answerWith(answer: Response) {
    const asked: URL[] = []
    vi.stubGlobal('fetch', (path: string) => {
        asked.push(new URL(path, 'http://site.test'))
        return Promise.resolve(answer)
    })
    return asked
}

afterEach(() => { vi.unstubAllGlobals() })

test('the default range is marked', () => {
    show({})
    expect(screen.getByRole('button', { pressed: true }).textContent).toBe('Last 7 days')
})

test('another range keeps the filters', async () => {
    const onChange = show({ model: ['m'] })
    await userEvent.click(screen.getByRole('button', { name: 'Month to date' }))
    expect(onChange).toHaveBeenCalledWith({ model: ['m'], range: 'month' })
})

test('a custom range begins as the one before, and shows its days', async () => {
    const onChange = show({})
    await userEvent.click(screen.getByRole('button', { name: 'Custom' }))
    expect(onChange).toHaveBeenCalledWith({ range: 'custom', start: '2026-03-01', end: '2026-03-01' })
})

test('the days in force are shown also where the address names none', () => {
    show({ range: 'custom' })
    expect(screen.getByLabelText<HTMLInputElement>('From').value).toBe('2026-03-01')
    expect(screen.getByLabelText<HTMLInputElement>('to').value).toBe('2026-03-01')
})

test('a year that is being typed asks for nothing yet', () => {
    const onChange = show({ range: 'custom' })
    fireEvent.change(screen.getByLabelText('to'), { target: { value: '0202-03-05' } })
    expect(onChange).not.toHaveBeenCalled()
    expect(screen.getByLabelText<HTMLInputElement>('to').value).toBe('0202-03-05')
})

test('a first day after the last waits for a later last one', () => {
    const onChange = show({ range: 'custom' })
    fireEvent.change(screen.getByLabelText('From'), { target: { value: '2026-03-05' } })
    expect(screen.getByText('The first day is after the last.')).toBeTruthy()
    expect(onChange).not.toHaveBeenCalled()
    fireEvent.change(screen.getByLabelText('to'), { target: { value: '2026-03-06' } })
    expect(onChange).toHaveBeenCalledWith({ range: 'custom', start: '2026-03-05', end: '2026-03-06' }, true)
})

test('a chip takes its own filter away', async () => {
    const onChange = show({ model: ['m', 'n'], product: [''] })
    await userEvent.click(screen.getByRole('button', { name: 'Remove the filter Model: m' }))
    expect(onChange).toHaveBeenCalledWith({ model: ['n'], product: [''] })
    expect(screen.getByRole('list', { name: 'Filters' }).textContent).toContain('Product: none')
})

test('the zone of the team can be chosen', async () => {
    const onChange = show({})
    await userEvent.selectOptions(screen.getByLabelText('Time zone'), 'Europe/Berlin')
    expect(onChange).toHaveBeenCalledWith({ timezone: 'Europe/Berlin' })
})

test('a property, then one of its values, becomes a filter; taken ones and the rest are no choice', async () => {
    const [m, n, nobody] = ['m', 'n', null].map((key) => ({ key, is_others: false, members: 1, figures: {} }))
    const others = { key: null, is_others: true, members: 5, figures: {} }
    const asked = answerWith(Response.json({ lines: [m, n, nobody, others], total: {}, completeness: {} }))
    const onChange = show({ model: ['m'] })
    await userEvent.selectOptions(screen.getByLabelText('Filter by'), 'Model')
    const choice = await screen.findByRole('combobox', { name: 'Model' })
    await screen.findByRole('option', { name: 'n' })
    expect([...(choice as HTMLSelectElement).options].map((option) => option.text)).toEqual(['Model is …', 'n', 'none named'])
    expect(asked[0]?.searchParams.get('dimension')).toBe('model')
    await userEvent.selectOptions(choice, 'none named')
    expect(onChange).toHaveBeenCalledWith({ model: ['m', ''] })
})

test('values that cannot be read say why', async () => {
    const problem = { title: 'Unprocessable', status: 422, detail: 'Too long a range.', code: 'c' }
    answerWith(Response.json(problem, { status: 422 }))
    show({})
    await userEvent.selectOptions(screen.getByLabelText('Filter by'), 'Key')
    expect((await screen.findByRole('alert')).textContent).toContain('Too long a range.')
})
