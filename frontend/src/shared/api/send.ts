import { requireAnswer } from './client'

/**
 * An act: POST, PATCH or DELETE of one resource; `Answer` is the type that the OpenAPI document gives it.
 *
 * The server wants the token that came with the page as a cookie, so that no other site can act for the visitor.
 */
export async function sendJson<Answer>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Answer> {
    const response = await fetch(path, {
        method,
        headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': readToken() },
        ...(body && { body: JSON.stringify(body) }),
    })
    await requireAnswer(response)
    return (response.status === 204 ? undefined : await response.json()) as Answer
}

function readToken(): string {
    return /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? ''
}
