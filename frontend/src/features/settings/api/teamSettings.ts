import { useQuery } from '@tanstack/react-query'
import { getJson, type Schemas } from '../../../shared/api/client'
import { sendJson } from '../../../shared/api/send'
import { keyOf, pathOf, useAct } from './paths'

export type TeamSettings = Schemas['SettingsAnswer']

export function useTeamSettings(teamId: string) {
    return useQuery({
        queryKey: keyOf(teamId, 'settings'),
        queryFn: ({ signal }) => getJson<TeamSettings>(pathOf(teamId, 'settings'), {}, signal),
    })
}

/** What is left out stays. */
export function useChangeSettings(teamId: string) {
    return useAct(teamId, ['settings'], (body: Partial<TeamSettings>) =>
        sendJson<TeamSettings>('PATCH', pathOf(teamId, 'settings'), body)
    )
}
