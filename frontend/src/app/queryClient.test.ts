import { onlineManager } from '@tanstack/react-query'
import { afterEach, expect, test } from 'vitest'
import { ProblemError } from '../shared/api/client'
import { makeQueryClient } from './queryClient'

afterEach(() => { onlineManager.setOnline(true) })

test('a browser without a network still asks a site of its own machine', async () => {
    onlineManager.setOnline(false)
    expect(await makeQueryClient().fetchQuery({ queryKey: ['a'], queryFn: () => 'answered' })).toBe('answered')
})

test('what the API refuses is not asked again', async () => {
    let asked = 0
    const refused = new ProblemError({ type: 'about:blank', title: 'Too Many Requests', status: 429, detail: 'd', code: 'c' })
    const queryFn = () => {
        asked += 1
        return Promise.reject(refused)
    }
    await expect(makeQueryClient().ensureQueryData({ queryKey: ['a'], queryFn, retryDelay: 0 })).rejects.toBe(refused)
    expect(asked).toBe(1)
})
