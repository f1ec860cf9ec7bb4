import type { components } from './schema'

export type Schemas = components['schemas']
export type Problem = Schemas['Problem']
export type Parameters = Record<string, string | readonly string[] | number | undefined>

/** The API refused, or did not answer; `problem` says what is wrong in its own words. */
export class ProblemError extends Error {
    constructor(readonly problem: Problem) {
        super(problem.detail)
    }
}

export function toQuery(parameters: Parameters): string {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(parameters)) {
        for (const each of value === undefined ? [] : [value].flat()) query.append(name, String(each))
    }
    return query.toString()
}

/**
 * GET one resource; `Answer` is the type that the OpenAPI document gives it.
 *
 * A visitor whose session ended is sent to the sign-in page and comes back to the same address.
 */
export async function getJson<Answer>(path: string, parameters: Parameters, signal: AbortSignal): Promise<Answer> {
    const query = toQuery(parameters)
    const response = await fetch(query ? `${path}?${query}` : path, {
        signal,
        headers: { Accept: 'application/json' },
    })
    await requireAnswer(response)
    return (await response.json()) as Answer
}

/** Throws what the API refused; a visitor whose session ended leaves for the sign-in page. */
export async function requireAnswer(response: Response): Promise<void> {
    if (response.status === 401) {
        const here = window.location.pathname + window.location.search
        window.location.assign(`/login?next=${encodeURIComponent(here)}`)
    }
    if (!response.ok) throw new ProblemError(await readProblem(response))
}

async function readProblem(response: Response): Promise<Problem> {
    const isProblem = response.headers.get('Content-Type')?.includes('json') ?? false
    if (isProblem) return (await response.json()) as Problem
    const title = response.statusText || 'Error'
    return { type: 'about:blank', title, status: response.status, detail: 'No answer could be read.', code: 'unreadable' }
}

export function llmAnalyticsPath(teamId: string, resource: string): string {
    return `/api/projects/${teamId}/llm_analytics/${resource}/`
}
