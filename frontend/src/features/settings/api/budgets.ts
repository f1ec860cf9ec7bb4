import { useQuery } from '@tanstack/react-query'
import { getJson, type Schemas } from '../../../shared/api/client'
import { sendJson } from '../../../shared/api/send'
import { keyOf, pathOf, useAct } from './paths'

export type Budget = Schemas['BudgetAnswer']

/** As the API takes it; what is left out keeps its default, or stays. */
export interface BudgetBody {
    period?: string | undefined
    unit?: string | undefined
    api_key_alias?: string | undefined
    limit?: string | undefined
    thresholds?: (number | string)[] | undefined
    is_enabled?: boolean
    destination_id?: string | null | undefined
}

export function useBudgets(teamId: string) {
    return useQuery({
        queryKey: keyOf(teamId, 'budgets'),
        queryFn: ({ signal }) => getJson<Schemas['BudgetsAnswer']>(pathOf(teamId, 'budgets'), {}, signal),
    })
}

export function useCreateBudget(teamId: string) {
    return useAct(teamId, ['budgets'], (body: BudgetBody) => sendJson<Budget>('POST', pathOf(teamId, 'budgets'), body))
}

export function useChangeBudget(teamId: string) {
    return useAct(teamId, ['budgets'], ({ id, body }: { id: string; body: BudgetBody }) =>
        sendJson<Budget>('PATCH', pathOf(teamId, `budgets/${id}`), body)
    )
}

export function useRemoveBudget(teamId: string) {
    return useAct(teamId, ['budgets'], (id: string) => sendJson<undefined>('DELETE', pathOf(teamId, `budgets/${id}`)))
}
