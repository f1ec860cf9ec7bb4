import { useQuery } from '@tanstack/react-query'
import { getJson, llmAnalyticsPath, type Parameters, type Schemas } from '../../../shared/api/client'
import type { Filters } from '../../../shared/filters/search'
import type { Span } from '../../../shared/time/range'
import type { FigureName, Figures } from '../columns'
import type { Dimension } from '../search'

export interface Question {
    teamId: string
    span: Span
    filters: Filters
    dimension: Dimension
    sort: FigureName
}

export interface Line {
    /** What a press leads to: the value, or the id of the team; '' is a value of its own: nobody named one. */
    value: string
    name: string
    isOthers: boolean
    members: number
    figures: Figures
}

export interface Breakdown {
    lines: Line[]
    total: Figures
    completeness: Schemas['CompletenessAnswer']
}

const MOST_LINES = 100

/** Lines of one dimension, the largest first: of the team, or of all the visitor's teams. */
export function useBreakdown(question: Question) {
    return useQuery({
        queryKey: ['breakdown', question],
        queryFn: ({ signal }) => (question.dimension === 'team' ? askTeams : askTop)(question, signal),
        // Another order of the same lines may wait in place; lines of another dimension would be under a wrong name.
        placeholderData: (before, query) => {
            const asked = query?.queryKey[1] as Question | undefined
            return asked?.dimension === question.dimension && asked.teamId === question.teamId ? before : undefined
        },
    })
}

async function askTop(question: Question, signal: AbortSignal): Promise<Breakdown> {
    const parameters = { ...toParameters(question), dimension: question.dimension }
    const answer = await getJson<Schemas['TopAnswer']>(llmAnalyticsPath(question.teamId, 'top'), parameters, signal)
    const lines = answer.lines.map((line) => ({ ...toLine(line), value: line.key ?? '', name: line.key ?? '' }))
    return { lines, total: answer.total, completeness: answer.completeness }
}

async function askTeams(question: Question, signal: AbortSignal): Promise<Breakdown> {
    const answer = await getJson<Schemas['ProjectsUsageAnswer']>('/api/projects/usage/', toParameters(question), signal)
    const lines = answer.lines.map((line) => ({
        ...toLine(line),
        value: String(line.team_id ?? ''),
        name: line.team ?? '',
    }))
    return { lines, total: answer.total, completeness: answer.completeness }
}

function toParameters({ span, filters, sort }: Question): Parameters {
    return { start: span.start, end: span.end, timezone: span.timezone, ...filters, order_by: sort, limit: MOST_LINES }
}

function toLine(line: Schemas['TopLine'] | Schemas['TeamLine']) {
    return { isOthers: line.is_others, members: line.members, figures: line.figures }
}
