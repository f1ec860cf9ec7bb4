/** Usage by one dimension: the lines of a team, or those of all the visitor's teams. */
import { getJson, llmAnalyticsPath, type Parameters, type Schemas } from '../api/client'
import { DIMENSION_LABELS, type FilterName, type Filters } from '../filters/search'
import { formatCount } from '../format/format'
import type { Span } from '../time/range'

export type Dimension = FilterName | 'team'
export type FigureName = Exclude<keyof Schemas['FiguresAnswer'], 'lower_bounds'>
/** Those figures that were asked for. */
export type Figures<Name extends FigureName> = Pick<Schemas['FiguresAnswer'], Name | 'lower_bounds'>

export const LINE_LABELS: Record<Dimension, string> = { ...DIMENSION_LABELS, team: 'Team' }

export interface LinesQuestion<Name extends FigureName> {
    teamId: string
    span: Span
    filters: Filters
    dimension: Dimension
    /** What lines tell: few are read several times as fast as all. */
    figures: readonly Name[]
    orderBy: FigureName
    limit: number
}

export interface Line<Name extends FigureName = never> {
    /** What a press leads to: the value, or the id of the team; '' is a value of its own: nobody named one. */
    value: string
    name: string
    isOthers: boolean
    members: number
    figures: Figures<Name>
}

/** What the line of all that have none of their own is called. */
export function nameOthers({ members }: Pick<Line, 'members'>): string {
    return members === 1 ? '1 other' : `${formatCount(members).text} others`
}

export interface Lines<Name extends FigureName> {
    lines: Line<Name>[]
    total: Figures<Name>
    completeness: Schemas['CompletenessAnswer']
}

export function askLines<Name extends FigureName>(
    question: LinesQuestion<Name>,
    signal: AbortSignal,
): Promise<Lines<Name>> {
    return question.dimension === 'team' ? askTeams(question, signal) : askTop(question, signal)
}

async function askTop<Name extends FigureName>(question: LinesQuestion<Name>, signal: AbortSignal) {
    const parameters = { ...toParameters(question), dimension: question.dimension }
    const answer = await getJson<Schemas['TopAnswer']>(llmAnalyticsPath(question.teamId, 'top'), parameters, signal)
    return toLines<Name>(answer, answer.lines.map((line) => ({ ...line, value: line.key, name: line.key })))
}

async function askTeams<Name extends FigureName>(question: LinesQuestion<Name>, signal: AbortSignal) {
    const answer = await getJson<Schemas['ProjectsUsageAnswer']>('/api/projects/usage/', toParameters(question), signal)
    return toLines<Name>(answer, answer.lines.map((line) => ({ ...line, value: line.team_id, name: line.team })))
}

function toParameters({ span, filters, figures, orderBy, limit }: LinesQuestion<FigureName>): Parameters {
    const { start, end, timezone } = span
    return { start, end, timezone, ...filters, figure: figures, order_by: orderBy, limit }
}

type Answer = Schemas['TopAnswer'] | Schemas['ProjectsUsageAnswer']
type AnswerLine = Answer['lines'][number] & { value: string | number | null; name: string | null }

/** Figures that were asked for are in the answer, which its type cannot say. */
function toLines<Name extends FigureName>(answer: Answer, lines: AnswerLine[]): Lines<Name> {
    return {
        lines: lines.map((line) => ({
            value: String(line.value ?? ''),
            name: line.name ?? '',
            isOthers: line.is_others,
            members: line.members,
            figures: line.figures as Figures<Name>,
        })),
        total: answer.total as Figures<Name>,
        completeness: answer.completeness,
    }
}
