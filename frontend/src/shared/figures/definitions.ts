import { queryOptions, useQuery } from '@tanstack/react-query'
import { getJson } from '../api/client'

export interface Definition {
    label: string
    definition: string
}

/** What each figure means, in the words of the accounting contract: the server's own, which its pages show too. */
export const definitionsQuery = queryOptions({
    queryKey: ['figure_definitions'],
    queryFn: ({ signal }) => getJson<Record<string, Definition>>('/api/figure_definitions/', {}, signal),
    staleTime: Infinity,
})

export function useDefinition(figure: string): Definition | undefined {
    return useQuery(definitionsQuery).data?.[figure]
}
