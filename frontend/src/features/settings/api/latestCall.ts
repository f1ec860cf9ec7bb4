import { useQuery } from '@tanstack/react-query'
import { getJson, type Schemas } from '../../../shared/api/client'
import { addDays, dateIn } from '../../../shared/time/range'
import { keyOf, pathOf } from './paths'

export type LatestCall = Schemas['GenerationAnswer']

const WAITING_MS = 2_000
const KNOWN_MS = 10_000
const DAYS_BACK = 29

/** The team's newest call of the last 30 days, asked for again and again; null: there is none yet. */
export function useLatestCall(teamId: string) {
    return useQuery({
        queryKey: keyOf(teamId, 'latest_call'),
        queryFn: async ({ signal }): Promise<LatestCall | null> => {
            const today = dateIn('UTC', new Date())
            const range = { start: addDays(today, -DAYS_BACK), end: addDays(today, 2), timezone: 'UTC', limit: 1 }
            const answer = await getJson<Schemas['GenerationsAnswer']>(pathOf(teamId, 'generations'), range, signal)
            return answer.generations[0] ?? null
        },
        refetchInterval: (query) => (query.state.data ? KNOWN_MS : WAITING_MS),
        staleTime: 0,
    })
}
