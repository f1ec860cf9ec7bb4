import { useQuery } from '@tanstack/react-query'
import { getJson, type Schemas } from '../../../shared/api/client'
import { sendJson } from '../../../shared/api/send'
import { keyOf, pathOf, useAct } from './paths'

export type Credential = Schemas['CredentialAnswer']
/** The signing secret is told of a credential that was just made. */
export type NewToken = Schemas['CredentialTokenAnswer'] & Partial<Pick<Schemas['NewCredentialAnswer'], 'signing_secret'>>

const CHANGED = ['credentials', 'gateways']

export function useCredentials(teamId: string) {
    return useQuery({
        queryKey: keyOf(teamId, 'credentials'),
        queryFn: ({ signal }) => getJson<Schemas['CredentialsAnswer']>(pathOf(teamId, 'credentials'), {}, signal),
    })
}

/** What comes back has the token, which is told nowhere else. */
export function useCreateCredential(teamId: string) {
    return useAct(teamId, CHANGED, (body: { label?: string; gateway_name?: string; signature?: string }) =>
        sendJson<Schemas['NewCredentialAnswer']>('POST', pathOf(teamId, 'credentials'), body)
    )
}

export function useRotateCredential(teamId: string) {
    return useAct(teamId, CHANGED, ({ id, overlapHours }: { id: number; overlapHours: number | string }) =>
        sendJson<NewToken>('POST', pathOf(teamId, `credentials/${String(id)}/rotate`), { overlap_hours: overlapHours })
    )
}

export function useRevokeCredential(teamId: string) {
    return useAct(teamId, CHANGED, (id: number) =>
        sendJson<Credential>('POST', pathOf(teamId, `credentials/${String(id)}/revoke`), {})
    )
}
