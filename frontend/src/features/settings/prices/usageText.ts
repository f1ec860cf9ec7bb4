/** Reads the text of a usage object; where it is none, says where and why. */
export function parseUsage(text: string): { usage: object } | { fault: string } {
    if (!text.trim()) return { fault: 'Expected a JSON object, got nothing.' }
    try {
        const value: unknown = JSON.parse(text)
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { usage: value }
        return { fault: 'Expected a JSON object: { … }.' }
    } catch (error) {
        return { fault: `This is no JSON: ${error instanceof Error ? error.message : String(error)}.` }
    }
}
