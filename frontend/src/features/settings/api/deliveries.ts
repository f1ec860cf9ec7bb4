import { useQuery } from '@tanstack/react-query'
import { getJson, type Schemas } from '../../../shared/api/client'
import { sendJson } from '../../../shared/api/send'
import { keyOf, pathOf, useAct } from './paths'

export type Destination = Schemas['DestinationAnswer']
export type NewDestination = Schemas['DestinationSecretAnswer']
export type Delivery = Schemas['DeliveryAnswer']

const CHANGED = ['delivery_destinations', 'report_deliveries']

/** For administrators alone: others are not asked for. */
export function useDestinations(teamId: string, isAdministrator = true) {
    return useQuery({
        queryKey: keyOf(teamId, 'delivery_destinations'),
        queryFn: ({ signal }) =>
            getJson<Schemas['DestinationsAnswer']>(pathOf(teamId, 'delivery_destinations'), {}, signal),
        enabled: isAdministrator,
    })
}

export function useDeliveries(teamId: string) {
    return useQuery({
        queryKey: keyOf(teamId, 'report_deliveries'),
        queryFn: ({ signal }) => getJson<Schemas['DeliveriesAnswer']>(pathOf(teamId, 'report_deliveries'), {}, signal),
    })
}

/** What comes back has a webhook's signing secret, which is told nowhere else. */
export function useCreateDestination(teamId: string) {
    return useAct(teamId, CHANGED, (body: Partial<Record<string, string>>) =>
        sendJson<NewDestination>('POST', pathOf(teamId, 'delivery_destinations'), body)
    )
}

/** A report that was taken or given up is sent once more. */
export function useDeliverAgain(teamId: string) {
    return useAct(teamId, CHANGED, (id: number) =>
        sendJson<Delivery>('POST', pathOf(teamId, `report_deliveries/${String(id)}/again`))
    )
}

export function useSwitchDestination(teamId: string) {
    return useAct(teamId, CHANGED, ({ id, isEnabled }: { id: string; isEnabled: boolean }) =>
        sendJson<Destination>('PATCH', pathOf(teamId, `delivery_destinations/${id}`), { is_enabled: isEnabled })
    )
}
