import { ProblemError } from '../api/client'

/** Field → the rule that its value breaks, in the words of the API; '': what belongs to no field of the form. */
export type Faults = Record<string, string>

export const NO_FAULTS: Faults = {}

/** Lays the parts of a refusal beside the fields that they name. */
export function toFaults(error: Error | null, fields: readonly string[]): Faults {
    if (!error) return NO_FAULTS
    const named = error instanceof ProblemError ? (error.problem.errors ?? []) : []
    const faults: Faults = {}
    for (const { parameter, detail } of named) {
        const field = fields.find((each) => parameter === each || parameter.startsWith(`${each}.`))
        const text = field ? detail : `${parameter}: ${detail}`
        faults[field ?? ''] = [faults[field ?? ''], text].filter(Boolean).join(' ')
    }
    return named.length > 0 ? faults : { '': error.message }
}

/** The text fields of a form as they were typed, without spaces around; what is empty is left out. */
export function readTexts(form: HTMLFormElement): Partial<Record<string, string>> {
    const texts = [...new FormData(form)].flatMap(([name, value]) =>
        typeof value === 'string' && value.trim() ? [[name, value.trim()] as const] : []
    )
    return Object.fromEntries(texts)
}
