import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ScreenSearch } from '../shared/filters/search'
import { toSpan } from '../shared/time/range'
import { visitorQuery } from './api/visitor'

/** What the address says of a screen with a time range: whose, which stretch of time, on which clock. */
export function useScreen(search: ScreenSearch) {
    const { teamId } = useParams({ from: '/project/$teamId' })
    const { data: visitor } = useSuspenseQuery(visitorQuery)
    const project = visitor.projects.find((each) => String(each.id) === teamId)
    const teamTimezone = project?.timezone ?? 'UTC'
    const timezone = search.timezone ?? teamTimezone
    const { range = '7d', start, end } = search
    const span = useMemo(() => toSpan({ range, start, end }, timezone, new Date()), [range, start, end, timezone])
    return { teamId, visitor, team: project?.name ?? '', span, timezone, teamTimezone }
}
