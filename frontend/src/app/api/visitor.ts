import { queryOptions } from '@tanstack/react-query'
import { getJson, type Schemas } from '../../shared/api/client'

export type Project = Schemas['ProjectAnswer']
export type Membership = Schemas['MembershipAnswer']

export interface Visitor {
    email: string
    organizations: Membership[]
    projects: Project[]
}

/** Who is signed in, and the organizations and teams that they may look at. */
export const visitorQuery = queryOptions({
    queryKey: ['visitor'],
    queryFn: async ({ signal }): Promise<Visitor> => {
        const [me, projects] = await Promise.all([
            getJson<Schemas['MeAnswer']>('/api/users/@me/', {}, signal),
            getJson<Schemas['ProjectsAnswer']>('/api/projects/', {}, signal),
        ])
        return { email: me.email, organizations: [...me.organizations], projects: projects.results }
    },
    staleTime: 60_000,
})
