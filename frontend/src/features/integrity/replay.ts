import type { Replay } from './api/rejects'

const PARTS: [keyof Replay, string][] = [
    ['sent', 'put back into the inbox'],
    ['waiting', 'in the inbox already'],
    ['not_kept', 'not kept, so not to be sent again'],
    ['ownerless', 'still nobody’s: no credential says whose'],
]

/** What a replay did, each part that is not nothing. */
export function sayReplay(replay: Replay): string {
    const said = PARTS.flatMap(([name, words]) => (replay[name] > 0 ? [`${String(replay[name])} ${words}`] : []))
    return said.length > 0 ? `${said.join('; ')}.` : 'There was nothing to replay.'
}
