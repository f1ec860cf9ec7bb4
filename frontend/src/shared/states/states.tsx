import { ProblemError } from '../api/client'

/** Holds the place that the data will take, so that nothing jumps. */
export function LoadingNote({ what, lines = 3 }: { what: string; lines?: number }) {
    return (
        <div className="loading" role="status" aria-label={`Loading ${what}`}>
            {Array.from({ length: lines }, (_, index) => (
                <div key={index} className="loading-line" />
            ))}
        </div>
    )
}

/** What went wrong; where it is several things, each by itself: `detail` is all of them in one line. */
export function ErrorNote({ error, retry }: { error: Error; retry: () => void }) {
    const problem = error instanceof ProblemError ? error.problem : undefined
    const several = (problem?.errors ?? []).length > 1 ? problem?.errors : undefined
    return (
        <div className="note fault" role="alert">
            <p>
                <strong>{problem?.title ?? 'No answer'}.</strong> {!several && (problem?.detail ?? error.message)}
            </p>
            {several?.map((each) => (
                <p key={each.parameter + each.code}>
                    <code>{each.parameter}</code> {each.detail}
                </p>
            ))}
            <button type="button" onClick={retry}>
                Try again
            </button>
        </div>
    )
}

export function EmptyNote({ children }: { children: React.ReactNode }) {
    return <p className="note">{children}</p>
}
