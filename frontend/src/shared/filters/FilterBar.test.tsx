import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { FilterBar } from './FilterBar'

function show(search: Parameters<typeof FilterBar>[0]['search']) {
    const onChange = vi.fn()
    render(<FilterBar search={search} timezone="UTC" teamTimezone="Europe/Berlin" onChange={onChange} />)
    return onChange
}

test('the default range is marked', () => {
    show({})
    expect(screen.getByRole('button', { pressed: true }).textContent).toBe('Last 7 days')
})

test('another range keeps the filters', async () => {
    const onChange = show({ model: ['m'] })
    await userEvent.click(screen.getByRole('button', { name: 'Month to date' }))
    expect(onChange).toHaveBeenCalledWith({ model: ['m'], range: 'month' })
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
