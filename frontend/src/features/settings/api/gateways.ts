import { useQuery } from '@tanstack/react-query'
import { getJson, type Schemas } from '../../../shared/api/client'
import { keyOf, pathOf } from './paths'

export type Gateway = Schemas['GatewayAnswer']

/** Who reports this team's calls. */
export function useGateways(teamId: string) {
    return useQuery({
        queryKey: keyOf(teamId, 'gateways'),
        queryFn: ({ signal }) => getJson<Schemas['GatewaysAnswer']>(pathOf(teamId, 'gateways'), {}, signal),
    })
}
