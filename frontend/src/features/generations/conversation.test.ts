import { expect, test } from 'vitest'
import { readTurns } from './conversation'

const CASES: [string, unknown, unknown][] = [
    [
        'a chat\'s messages',
        [{ role: 'user', content: 'Hello' }],
        [{ role: 'user', blocks: [{ kind: 'text', text: 'Hello' }] }],
    ],
    [
        'a choice with reasoning and a tool call',
        [
            {
                finish_reason: 'stop',
                message: {
                    role: 'assistant',
                    content: null,
                    reasoning_content: 'Look it up.',
                    tool_calls: [{ type: 'function', function: { name: 'tides', arguments: '{"day": 1}' } }],
                },
            },
        ],
        [
            {
                role: 'assistant',
                blocks: [
                    { kind: 'thinking', text: 'Look it up.' },
                    { kind: 'tool call', name: 'tides', text: '{\n  "day": 1\n}' },
                ],
            },
        ],
    ],
    [
        'Responses items',
        [
            { type: 'reasoning', summary: [] },
            { type: 'function_call', name: 'tides', arguments: '{}' },
            { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'At six.' }] },
        ],
        [
            { role: 'output', blocks: [{ kind: 'tool call', name: 'tides', text: '{}' }] },
            { role: 'assistant', blocks: [{ kind: 'text', text: 'At six.' }] },
        ],
    ],
    [
        'Anthropic\'s blocks',
        [
            {
                role: 'assistant',
                content: [
                    { type: 'thinking', thinking: 'Hm.' },
                    { type: 'tool_use', name: 'tides', input: { day: 1 } },
                ],
            },
            { role: 'user', content: [{ type: 'tool_result', content: [{ type: 'text', text: 'six' }] }] },
        ],
        [
            {
                role: 'assistant',
                blocks: [
                    { kind: 'thinking', text: 'Hm.' },
                    { kind: 'tool call', name: 'tides', text: '{\n  "day": 1\n}' },
                ],
            },
            { role: 'user', blocks: [{ kind: 'tool result', text: 'six' }] },
        ],
    ],
    [
        'Gemini\'s parts',
        [{ role: 'model', parts: [{ text: 'Hm.', thought: true }, { functionCall: { name: 'tides', args: { day: 1 } } }] }],
        [
            {
                role: 'model',
                blocks: [
                    { kind: 'thinking', text: 'Hm.' },
                    { kind: 'tool call', name: 'tides', text: '{\n  "day": 1\n}' },
                ],
            },
        ],
    ],
    [
        'a tool\'s answer in a chat',
        [{ role: 'tool', tool_call_id: '1', content: 'six' }],
        [{ role: 'tool', blocks: [{ kind: 'tool result', text: 'six' }] }],
    ],
    ['what has no known shape', { odd: 1 }, [{ role: 'output', blocks: [{ kind: 'other', text: '{\n  "odd": 1\n}' }] }]],
]

test.each(CASES)('%s', (_, stored, turns) => {
    expect(readTurns(JSON.stringify(stored), 'output')).toEqual(turns)
})

test('plain text is text, and nothing stored is nothing', () => {
    expect(readTurns('just words', 'input')).toEqual([{ role: 'input', blocks: [{ kind: 'text', text: 'just words' }] }])
    expect(readTurns(null, 'input')).toBeNull()
})
