/** Usage by one dimension: the lines of a team, or those of all the visitor's teams. */
import { getJson, llmAnalyticsPath, type Parameters, type Schemas } from '../api/client'
import { DIMENSION_LABELS, type FilterName, type Filters } from '../filters/search'
import type { Span } from '../time/range'

export type Dimension = FilterName | 'team'
export type Figures = Schemas['FiguresAnswer']

export const LINE_LABELS: Record<Dimension, string> = { ...DIMENSION_LABELS, team: 'Team' }

export interface LinesQuestion {
    teamId: string
    span: Span
    filters: Filters
    dimension: Dimension
    orderBy: string
    limit: number
}

export interface Line {
    /** What a press leads to: the value, or the id of the team; '' is a value of its own: nobody named one. */
    value: string
    name: string
    isOthers: boolean
    members: number
    figures: Figures
}

export interface Lines {
    lines: Line[]
    total: Figures
    completeness: Schemas['CompletenessAnswer']
}

export function askLines(question: LinesQuestion, signal: AbortSignal): Promise<Lines> {
    return question.dimension === 'team' ? askTeams(question, signal) : askTop(question, signal)
}

async function askTop(question: LinesQuestion, signal: AbortSignal): Promise<Lines> {
    const parameters = { ...toParameters(question), dimension: question.dimension }
    const answer = await getJson<Schemas['TopAnswer']>(llmAnalyticsPath(question.teamId, 'top'), parameters, signal)
    const lines = answer.lines.map((line) => ({ ...toLine(line), value: line.key ?? '', name: line.key ?? '' }))
    return { lines, total: answer.total, completeness: answer.completeness }
}

async function askTeams(question: LinesQuestion, signal: AbortSignal): Promise<Lines> {
    const answer = await getJson<Schemas['ProjectsUsageAnswer']>('/api/projects/usage/', toParameters(question), signal)
    const lines = answer.lines.map((line) => ({
        ...toLine(line),
        value: String(line.team_id ?? ''),
        name: line.team ?? '',
    }))
    return { lines, total: answer.total, completeness: answer.completeness }
}

function toParameters({ span, filters, orderBy, limit }: LinesQuestion): Parameters {
    return { start: span.start, end: span.end, timezone: span.timezone, ...filters, order_by: orderBy, limit }
}

function toLine(line: Schemas['TopLine'] | Schemas['TeamLine']) {
    return { isOthers: line.is_others, members: line.members, figures: line.figures }
}
