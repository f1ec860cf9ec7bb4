import { ProblemError, readProblem } from './client'

/** POST to a resource of the API; the server's token against forgery is in the cookie that came with the page. */
export async function postJson<Answer>(path: string, body: object = {}): Promise<Answer> {
    const token = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? ''
    const response = await fetch(path, {
        method: 'POST',
        headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': token },
        body: JSON.stringify(body),
    })
    if (!response.ok) throw new ProblemError(await readProblem(response))
    return (await response.json()) as Answer
}
