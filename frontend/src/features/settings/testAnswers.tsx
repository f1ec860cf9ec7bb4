import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import { vi } from 'vitest'
import { SettingsScreen } from './SettingsScreen'
import type { Section } from './sections'

export interface Sent {
    method: string
    path: string
    body: unknown
}

/** Resource, or "METHOD resource", → its answer; a number is the status of a problem, a list of faults a refusal. */
export type Answers = Record<string, unknown>

export class Refusal {
    constructor(readonly errors: { parameter: string; detail: string; code: string }[]) {}
}

const PREFIX = '/api/projects/7/llm_analytics/'

/** Answers the API's resources by name; what was sent to change something is kept. */
export function answerWith(answers: Answers): Sent[] {
    const sent: Sent[] = []
    vi.stubGlobal('fetch', (address: string, options?: RequestInit) => {
        const { pathname } = new URL(address, 'http://site.test')
        const method = options?.method ?? 'GET'
        const path = pathname.replace(PREFIX, '').replace(/\/$/, '')
        if (method !== 'GET') sent.push({ method, path, body: readBody(options) })
        return Promise.resolve(respond(answers[method === 'GET' ? path : `${method} ${path}`]))
    })
    return sent
}

function readBody(options?: RequestInit): unknown {
    return typeof options?.body === 'string' ? JSON.parse(options.body) : undefined
}

function respond(answer: unknown): Response {
    if (answer === null) return new Response(null, { status: 204 })
    if (answer instanceof Refusal) {
        const problem = { title: 'Bad Request', status: 400, detail: 'Refused.', code: 'c', errors: answer.errors }
        return Response.json(problem, { status: 400 })
    }
    if (typeof answer === 'number') {
        const problem = { title: 'Away', status: answer, detail: 'The store is away.', code: 'c' }
        return Response.json(problem, { status: answer })
    }
    return Response.json(answer)
}

export function show(section: Section, answers: Answers, isAdministrator = true): Sent[] {
    const sent = answerWith(answers)
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    render(
        <QueryClientProvider client={client}>
            <SettingsScreen
                section={section}
                teamId="7"
                isAdministrator={isAdministrator}
                callHref={(uuid) => `/calls/${uuid}`}
            />
        </QueryClientProvider>
    )
    return sent
}
