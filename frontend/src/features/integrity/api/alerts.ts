import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Schemas } from '../../../shared/api/client'
import { sendJson } from '../../../shared/api/send'
import type { AlertStateChoice } from '../search'

export type Alert = Schemas['AlertAnswer']
export type AlertDetail = Schemas['AlertDetailAnswer']

/** What a person does with an alert, and what the API is told of it. */
export type Act = { name: 'own'; body: { email?: null } } | { name: 'mute'; body: { until: string | null } } | { name: 'accept'; body: object }

export function useAlerts(teamId: string, state: AlertStateChoice) {
    return useQuery({
        queryKey: ['alerts', teamId, state],
        queryFn: ({ signal }) => getJson<Schemas['AlertsAnswer']>(llmAnalyticsPath(teamId, 'alerts'), { state }, signal),
    })
}

export function useAlert(teamId: string, id: string) {
    return useQuery({
        queryKey: ['alert', teamId, id],
        queryFn: ({ signal }) => getJson<AlertDetail>(llmAnalyticsPath(teamId, `alerts/${id}`), {}, signal),
    })
}

/** Own, mute or accept; the alert that comes back is the one shown, and lists are asked for again. */
export function useAct(teamId: string, id: string) {
    const client = useQueryClient()
    return useMutation({
        mutationFn: ({ name, body }: Act) => sendJson<AlertDetail>('POST', llmAnalyticsPath(teamId, `alerts/${id}/${name}`), body),
        onSuccess: async (alert) => {
            client.setQueryData(['alert', teamId, id], alert)
            await client.invalidateQueries({ queryKey: ['alerts', teamId] })
        },
    })
}
