interface Asked {
    queryKey: readonly unknown[]
}

/**
 * Whether the query before, its question second in its key, asked the same of these: only then may its answer hold
 * the place of the next one. That of another team, or of another property, would stand under a wrong name.
 */
export function askedTheSame(before: Asked | undefined, these: Record<string, unknown>): boolean {
    const question = { ...(before?.queryKey[1] as Record<string, unknown> | undefined) }
    return Object.entries(these).every(([name, value]) => question[name] === value)
}

/** Keeps an answer in place of the next one's, where both were asked of these. */
export function keepFor(these: Record<string, unknown>) {
    return <Answer>(answer: Answer | undefined, before: Asked | undefined) =>
        askedTheSame(before, these) ? answer : undefined
}
