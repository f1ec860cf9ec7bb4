/** What is said of a day's or month's report: a mark and a word, and why a version follows another. */
export type DayState = 'not_reported' | 'open' | 'closed' | 'corrected'

export const STATES: Record<DayState, { mark: string; word: string; meaning: string }> = {
    closed: { mark: '✓', word: 'closed', meaning: 'Its figures change no more without a version that says so.' },
    corrected: { mark: '✎', word: 'corrected', meaning: 'It was closed, and a later version says what changed and why.' },
    open: { mark: '○', word: 'open', meaning: 'Its figures may still change.' },
    not_reported: { mark: '–', word: 'not reported', meaning: 'Nothing was reported of it.' },
}

const REASONS: Record<string, string> = {
    late_events: 'Events arrived after the day was closed',
    deleted: 'Events were deleted',
    renormalized: 'Stored events were read again by other rules',
    repriced: 'Stored events were priced again; no count changed',
    redelivered: 'Events were delivered again with other contents',
    rebuilt: 'The same events are reported in another way',
}

export function sayReason(reason: string): string {
    return REASONS[reason] ?? reason
}
