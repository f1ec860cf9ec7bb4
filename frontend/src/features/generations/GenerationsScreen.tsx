import type { UseInfiniteQueryResult, InfiniteData } from '@tanstack/react-query'
import { useCallback } from 'react'
import { Completeness } from '../../shared/figures/Completeness'
import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import { useCalls, type CallsPage } from './api/generations'
import { CallsTable } from './CallsTable'
import './generations.css'
import type { CallLinks } from './links'
import type { Question } from './question'
import type { GenerationsSearch } from './search'
import { Toolbar } from './Toolbar'

interface Props {
    question: Question
    search: GenerationsSearch
    links: CallLinks
    onChange: (search: GenerationsSearch) => void
}

/** Every call of the range that fits, as far as it was scrolled. */
export function GenerationsScreen({ question, search, links, onChange }: Props) {
    const calls = useCalls(question)
    return (
        <>
            <Toolbar question={question} search={search} onChange={onChange} />
            {calls.data?.pages[0] && <Completeness completeness={calls.data.pages[0].completeness} />}
            <CallsBody {...{ calls, links, search }} timezone={question.span.timezone} />
        </>
    )
}

type Pages = UseInfiniteQueryResult<InfiniteData<CallsPage>>

interface BodyProps {
    calls: Pages
    timezone: string
    links: CallLinks
    search: GenerationsSearch
}

function CallsBody({ calls, timezone, links, search }: BodyProps) {
    const { fetchNextPage, isFetching } = calls
    const needMore = useCallback(() => {
        if (!isFetching) void fetchNextPage()
    }, [fetchNextPage, isFetching])
    if (calls.isPending) return <LoadingNote what="calls" lines={12} />
    if (calls.isError && !calls.data) return <ErrorNote error={calls.error} retry={() => { void calls.refetch() }} />
    const rows = calls.data.pages.flatMap((page) => page.generations)
    if (rows.length === 0) return <NoCalls search={search} />
    return (
        <CallsTable
            calls={rows}
            links={links}
            timezone={timezone}
            openCall={search.call}
            hasMore={calls.hasNextPage && !calls.isFetchNextPageError}
            onNeedMore={needMore}
            footer={<Footer calls={calls} count={rows.length} />}
        />
    )
}

function Footer({ calls, count }: { calls: Pages; count: number }) {
    if (calls.isError) return <ErrorNote error={calls.error} retry={() => { void calls.fetchNextPage() }} />
    const told = count.toLocaleString('en')
    if (calls.hasNextPage) return <span role="status">{told} calls so far; more load as you scroll …</span>
    return <span role="status">{count === 1 ? 'One call.' : `All ${told} calls.`}</span>
}

function NoCalls({ search }: { search: GenerationsSearch }) {
    if (search.search && !search.search.endsWith('*')) {
        return (
            <EmptyNote>
                No call of this range has the id <code>{search.search}</code>. An id is searched in full; a beginning
                needs a star at its end: <code>{search.search}*</code>
            </EmptyNote>
        )
    }
    return <EmptyNote>No calls in this range fit.</EmptyNote>
}
