import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { visitorQuery } from './api/visitor'
import { makeRouter } from './router'

const TEAM = { timezone: 'UTC', retention_days: 30, is_private: false, created_at: '2026-03-01T00:00:00Z', organization: 'o' }
const VISITOR = {
    email: 'a@b',
    organizations: [{ id: 'o', name: 'Org', is_administrator: true, report_timezone: 'UTC' }],
    projects: [{ ...TEAM, id: 1, name: 'Alpha' }, { ...TEAM, id: 2, name: 'Beta' }],
}

function open(address: string) {
    const queryClient = new QueryClient()
    queryClient.setQueryData<unknown>(visitorQuery.queryKey, VISITOR)
    const router = makeRouter(queryClient)
    const history = createMemoryHistory({ initialEntries: [address] })
    router.update({ ...router.options, history })
    render(
        <QueryClientProvider client={queryClient}>
            <RouterProvider router={router} />
        </QueryClientProvider>
    )
    return history
}

// The screens' own requests wait for ever: here it is about what stands around them.
beforeEach(() => {
    vi.stubGlobal('fetch', () => new Promise(() => undefined))
    vi.stubGlobal('scrollTo', () => undefined)
})
afterEach(() => { vi.unstubAllGlobals() })

test('the tab says which screen of which team it is', async () => {
    open('/project/1/overview')
    await waitFor(() => { expect(document.title).toBe('Overview – Alpha – LLM Analytics') })
})

test('at an address of no team of the visitor none looks chosen, and each can be', async () => {
    open('/project/9/overview')
    const teams = await screen.findByRole('combobox', { name: 'Team' })
    expect(screen.getByRole<HTMLOptionElement>('option', { selected: true, name: 'No such team' }).value).toBe('9')
    expect(screen.getByText('There is no such team, or it is not yours.')).toBeTruthy()
    await userEvent.selectOptions(teams, 'Alpha')
    await waitFor(() => { expect(document.title).toBe('Overview – Alpha – LLM Analytics') })
})

test('an address of nothing leads on', async () => {
    open('/project/1/nothing')
    expect((await screen.findByRole('link', { name: 'Go to your teams' })).getAttribute('href')).toBe('/project')
})

test('the links between screens keep range, zone and filters, and nothing of one screen alone', async () => {
    const history = open('/project/1/overview?range=30d&timezone=Asia%2FKolkata&model=m&by=team')
    const hrefOf = (name: string) => screen.getByRole('link', { name }).getAttribute('href')
    await screen.findByRole('heading', { name: 'Overview' })
    expect(hrefOf('Reports')).toBe('/project/1/reports')
    expect(hrefOf('Integrity')).toBe('/project/1/integrity?range=30d&timezone=Asia%2FKolkata&model=m')
    await userEvent.click(screen.getByRole('link', { name: 'Breakdowns' }))
    await screen.findByRole('heading', { name: 'Breakdowns' })
    expect(history.location.search).toBe('?range=30d&timezone=Asia%2FKolkata&model=m')
    expect(await screen.findByRole('link', { name: 'Breakdowns', current: 'page' })).toBeTruthy()
    history.back()
    await screen.findByRole('heading', { name: 'Overview' })
    expect(history.location.search).toContain('by=team')
})

test('a trace hands its zone back to the list', async () => {
    open('/project/1/traces/t?timezone=Asia%2FKolkata')
    const link = await screen.findByRole('link', { name: 'Traces and sessions' })
    expect(link.getAttribute('href')).toBe('/project/1/traces?timezone=Asia%2FKolkata')
})

test('days that are typed replace one another, so that back leads to the range before', async () => {
    const history = open('/project/1/overview?range=30d')
    await userEvent.click(await screen.findByRole('button', { name: 'Custom' }))
    const first = await screen.findByLabelText('From')
    for (const day of ['2026-03-01', '2026-03-02']) {
        fireEvent.change(first, { target: { value: day } })
        await waitFor(() => { expect(history.location.search).toContain(`start=${day}`) })
    }
    history.back()
    await waitFor(() => { expect(history.location.search).toBe('?range=30d') })
})

test.each(['overview', 'generations', 'traces', 'breakdowns', 'integrity'])(
    'a range that ends before it begins is refused once in %s, and asks for nothing',
    async (name) => {
        const fetched = vi.fn(() => new Promise(() => undefined))
        vi.stubGlobal('fetch', fetched)
        open(`/project/1/${name}?range=custom&start=2026-03-05&end=2026-03-01`)
        expect(await screen.findByText(/ends before it begins/)).toBeTruthy()
        expect(fetched).not.toHaveBeenCalled()
    }
)
