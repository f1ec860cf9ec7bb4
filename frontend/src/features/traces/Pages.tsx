import type { Schemas } from '../../shared/api/client'
import { Completeness } from '../../shared/figures/Completeness'
import { ErrorNote, LoadingNote } from '../../shared/states/states'

interface Props {
    pages: {
        isPending: boolean
        isFetchingNextPage: boolean
        hasNextPage: boolean
        error: Error | null
        data: { pages: { completeness: Schemas['CompletenessAnswer'] }[] } | undefined
        refetch: () => unknown
        fetchNextPage: () => unknown
    }
    count: number
    /** In the plural, with an s. */
    what: string
    empty: React.ReactNode
    children: React.ReactNode
}

/** The states of a list that is read page by page: pending, error, empty, data with what is still to come. */
export function Pages({ pages, count, what, empty, children }: Props) {
    if (pages.isPending) return <LoadingNote what={what} lines={10} />
    if (pages.error && !pages.data) return <ErrorNote error={pages.error} retry={() => { pages.refetch() }} />
    const completeness = pages.data?.pages[0]?.completeness
    const told = completeness && <Completeness completeness={completeness} />
    if (count === 0) return <>{told}{empty}</>
    return (
        <section className="panel" aria-label={what}>
            {told}
            {children}
            {pages.error ? (
                <ErrorNote error={pages.error} retry={() => { pages.fetchNextPage() }} />
            ) : (
                <p className="more">
                    <span role="status">{tell(count, what, pages.hasNextPage)}</span>{' '}
                    {pages.hasNextPage && (
                        <button type="button" disabled={pages.isFetchingNextPage} onClick={() => { pages.fetchNextPage() }}>
                            {pages.isFetchingNextPage ? 'Loading …' : 'Show more'}
                        </button>
                    )}
                </p>
            )}
        </section>
    )
}

function tell(count: number, what: string, hasMore: boolean): string {
    const told = count.toLocaleString('en')
    if (hasMore) return `The latest ${told} ${what}.`
    return count === 1 ? `One ${what.slice(0, -1)}.` : `All ${told} ${what}.`
}
