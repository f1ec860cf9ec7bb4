/** The same without these. */
export function omit<Whole extends object, Name extends keyof Whole>(whole: Whole, ...names: Name[]): Omit<Whole, Name> {
    const left: readonly PropertyKey[] = names
    return Object.fromEntries(Object.entries(whole).filter(([name]) => !left.includes(name))) as Omit<Whole, Name>
}
