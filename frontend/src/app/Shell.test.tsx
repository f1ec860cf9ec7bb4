import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router'
import { render, screen, waitFor } from '@testing-library/react'
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
    router.update({ ...router.options, history: createMemoryHistory({ initialEntries: [address] }) })
    render(
        <QueryClientProvider client={queryClient}>
            <RouterProvider router={router} />
        </QueryClientProvider>
    )
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
