/** Where a press on a trace leads. */
export interface TraceLinks {
    toTrace: (traceId: string) => string
    onTrace: (traceId: string) => void
}
