/**
 * Stored content → turns that a person can read. Shapes: OpenAI's chat and Responses, Anthropic's, Gemini's, those of
 * PostHog's SDKs. What has none of them is shown as it is, never dropped.
 */
export interface Block {
    kind: 'text' | 'thinking' | 'tool call' | 'tool result' | 'media' | 'other'
    /** Of a tool. */
    name?: string
    text: string
}

export interface Turn {
    role: string
    blocks: Block[]
}

type Json = unknown
type Fields = Record<string, Json>

/** Turns of a stored column; null: nothing is stored. */
export function readTurns(stored: string | null, role: string): Turn[] | null {
    if (stored === null) return null
    const value = parse(stored)
    const items = Array.isArray(value) ? value : [value]
    return items.map((item) => readTurn(item, role)).filter((turn) => turn.blocks.length > 0)
}

function readTurn(item: Json, role: string): Turn {
    if (!isFields(item)) return { role, blocks: readBlocks(item) }
    if (isFields(item['message'])) return readTurn(item['message'], role)
    const said = text(item['role']) ?? text(item['author']) ?? role
    const blocks = [
        ...readThinking(item),
        ...readBlocks(item['content'] ?? item['parts']),
        ...readCalls(item['tool_calls'], item['function_call']),
    ]
    const isWhole = 'content' in item || 'parts' in item || 'tool_calls' in item
    if (!isWhole && blocks.length === 0) return { role: said, blocks: [readBlock(item)].filter((block) => block.text !== '') }
    return said === 'tool' ? { role: said, blocks: blocks.map(toResult) } : { role: said, blocks }
}

function readThinking(item: Fields): Block[] {
    const thought = text(item['reasoning_content']) ?? text(item['reasoning'])
    return thought ? [{ kind: 'thinking', text: thought }] : []
}

function readBlocks(content: Json): Block[] {
    if (content === null || content === undefined) return []
    if (Array.isArray(content)) return content.map(readBlock).filter((block) => block.text !== '')
    const block = readBlock(content)
    return block.text === '' ? [] : [block]
}

function readBlock(part: Json): Block {
    if (typeof part === 'string') return { kind: 'text', text: part }
    if (!isFields(part)) return { kind: 'other', text: print(part) }
    const type = text(part['type']) ?? ''
    const call = part['functionCall'] ?? (type === 'function' ? part['function'] : undefined)
    if (isFields(call)) return toCall(call)
    if (['tool_use', 'function_call', 'tool-call', 'server_tool_use'].includes(type)) return toCall(part)
    if (['tool_result', 'function_call_output', 'tool-result'].includes(type) || 'functionResponse' in part) {
        return { kind: 'tool result', text: printResult(part['content'] ?? part['output'] ?? part['functionResponse']) }
    }
    if (type === 'reasoning') return { kind: 'thinking', text: printResult(part['summary'] ?? part['content']) }
    const thought = text(part['thinking'])
    if (thought !== undefined) return { kind: 'thinking', text: thought }
    const said = text(part['text']) ?? text(part['refusal'])
    if (said !== undefined) return { kind: part['thought'] === true ? 'thinking' : 'text', text: said }
    if (/image|audio|file|video|document/.test(type)) return { kind: 'media', name: type, text: print(part) }
    return { kind: 'other', text: print(part) }
}

function readCalls(calls: Json, single: Json): Block[] {
    const listed = Array.isArray(calls) ? calls : []
    const all = isFields(single) ? [...listed, single] : listed
    return all.filter(isFields).map((call) => toCall(isFields(call['function']) ? call['function'] : call))
}

function toCall(call: Fields): Block {
    const given = call['arguments'] ?? call['input'] ?? call['args'] ?? {}
    return { kind: 'tool call', name: text(call['name']) ?? 'unnamed', text: print(typeof given === 'string' ? parse(given) : given) }
}

function toResult(block: Block): Block {
    return block.kind === 'text' ? { ...block, kind: 'tool result' } : block
}

/** Text where it is text, or a list of texts; else JSON. */
function printResult(value: Json): string {
    if (!Array.isArray(value)) return value === undefined || value === null ? '' : print(value)
    return value.map((item) => (isFields(item) ? (text(item['text']) ?? print(item)) : print(item))).join('\n')
}

export function print(value: Json): string {
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

export function parse(stored: string): Json {
    try {
        return JSON.parse(stored)
    } catch {
        return stored
    }
}

function text(value: Json): string | undefined {
    return typeof value === 'string' ? value : undefined
}

function isFields(value: Json): value is Fields {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
}
