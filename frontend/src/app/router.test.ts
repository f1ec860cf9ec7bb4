import { QueryClient } from '@tanstack/react-query'
import { createMemoryHistory } from '@tanstack/react-router'
import { expect, test } from 'vitest'
import { visitorQuery } from './api/visitor'
import { makeRouter } from './router'

/** What the screen at an address is given of its query. */
async function readSearch(address: string): Promise<unknown> {
    const queryClient = new QueryClient()
    queryClient.setQueryData(visitorQuery.queryKey, { email: 'a@b', organizations: [], projects: [] })
    const router = makeRouter(queryClient)
    router.update({ ...router.options, history: createMemoryHistory({ initialEntries: [address] }) })
    await router.load()
    return router.state.matches.at(-1)?.search
}

test.each(['overview', 'generations', 'traces', 'traces/t', 'breakdowns', 'integrity'])(
    'what the address of %s says wrongly does not reach the screen',
    async (screen) => {
        const broken = 'timezone=Mars/X&range=9y&start=soon&order=x&panel=x&view=x&dimension=x&sort=x&alerts=x&x=1'
        expect(await readSearch(`/project/1/${screen}?${broken}`)).toEqual({})
    }
)

test('a month that is none does not reach the reports', async () => {
    expect(await readSearch('/project/1/reports?month=2026-13&version=x')).toEqual({})
})

test('what the address says rightly stays', async () => {
    expect(await readSearch('/project/1/overview?range=30d&x=1&model=a')).toEqual({ range: '30d', model: ['a'] })
})
