/** The parts that every token is in exactly one of, in the order they are stacked; colours are those of styles.css. */
export const TOKEN_KINDS = [
    { figure: 'uncached_input_tokens', label: 'Uncached input', color: '--kind-uncached' },
    { figure: 'cache_read_input_tokens', label: 'Cache read', color: '--kind-cache-read' },
    { figure: 'cache_creation_input_tokens', label: 'Cache creation', color: '--kind-cache-creation' },
    { figure: 'visible_output_tokens', label: 'Visible output', color: '--kind-visible' },
    { figure: 'reasoning_tokens', label: 'Reasoning', color: '--kind-reasoning' },
] as const

export type TokenKind = (typeof TOKEN_KINDS)[number]['figure']
