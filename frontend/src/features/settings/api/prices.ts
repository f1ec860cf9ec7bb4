import { useMutation, useQuery } from '@tanstack/react-query'
import { getJson, type Schemas } from '../../../shared/api/client'
import { sendJson } from '../../../shared/api/send'
import { keyOf, pathOf, useAct } from './paths'

export type Price = Schemas['PriceAnswer']
export type Trial = Schemas['PriceTrialAnswer']

export interface PriceBody {
    model_pattern?: string | undefined
    provider?: string | undefined
    valid_from?: string | undefined
    usd_per_mtok: Partial<Record<string, string>>
}

export interface Question {
    model?: string | undefined
    provider?: string | undefined
    usage: object
}

export function usePrices(teamId: string) {
    return useQuery({
        queryKey: keyOf(teamId, 'prices'),
        queryFn: ({ signal }) => getJson<Schemas['PricesAnswer']>(pathOf(teamId, 'prices'), {}, signal),
    })
}

/** One of the same model, provider and beginning is replaced. */
export function useSetPrice(teamId: string) {
    return useAct(teamId, ['prices'], (body: PriceBody) => sendJson<Price>('POST', pathOf(teamId, 'prices'), body))
}

export function useRemovePrice(teamId: string) {
    return useAct(teamId, ['prices'], (id: number) =>
        sendJson<undefined>('DELETE', pathOf(teamId, `prices/${String(id)}`))
    )
}

/** What would this cost, and why? Changes nothing. */
export function useTryPrice(teamId: string) {
    return useMutation({
        mutationFn: (question: Question) => sendJson<Trial>('POST', pathOf(teamId, 'prices/try'), question),
    })
}
