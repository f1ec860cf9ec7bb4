import { TOKEN_KINDS, type TokenKind } from './kinds'

/** The counts of one call or sum; null: nobody reported it. Input includes the cache, output the reasoning. */
export interface TokenCounts {
    input_tokens: number | null
    output_tokens: number | null
    cache_read_input_tokens: number | null
    cache_creation_input_tokens: number | null
    reasoning_tokens: number | null
}

export interface Part {
    figure: TokenKind
    label: string
    /** Class that paints it. */
    color: string
    /** null: not known; the part it would be taken from then holds it. */
    count: number | null
}

/** Every token in exactly one part: what is left of input and output is uncached and visible. */
export function splitTokens(counts: TokenCounts): Part[] {
    const cached = (counts.cache_read_input_tokens ?? 0) + (counts.cache_creation_input_tokens ?? 0)
    const split: Record<TokenKind, number | null> = {
        uncached_input_tokens: subtract(counts.input_tokens, cached),
        cache_read_input_tokens: counts.cache_read_input_tokens,
        cache_creation_input_tokens: counts.cache_creation_input_tokens,
        visible_output_tokens: subtract(counts.output_tokens, counts.reasoning_tokens ?? 0),
        reasoning_tokens: counts.reasoning_tokens,
    }
    return TOKEN_KINDS.map(({ figure, label, color }) => ({ figure, label, color: color.slice(2), count: split[figure] }))
}

function subtract(whole: number | null, part: number): number | null {
    return whole === null ? null : whole - part
}
