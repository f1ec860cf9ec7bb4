import { memo, useCallback, useDeferredValue } from 'react'
import { Completeness } from '../../shared/figures/Completeness'
import { toggleFilter, type ScreenSearch } from '../../shared/filters/search'
import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import type { Dimension } from '../../shared/usage/lines'
import { useOverview } from './api/overview'
import { FigureCards } from './FigureCards'
import type { Question } from './question'
import { TokensPanel } from './TokensPanel'
import { TopLists, type BreakdownLinks } from './TopLists'
import { TopPanel } from './TopPanel'

export type ChangeSearch = (before: ScreenSearch) => ScreenSearch

interface Props {
    question: Question
    by: Dimension
    links: BreakdownLinks
    onChange: (change: ChangeSearch) => void
    /** Go to another team's Overview. */
    onTeam: (teamId: string) => void
}

/**
 * What was used, what it cost, and whether that is the whole truth.
 *
 * A press shows its chip first; the figures are drawn and asked for after that frame.
 */
export function OverviewScreen({ question, by, links, onChange, onTeam }: Props) {
    const [asked, ways] = [useDeferredValue(question), useDeferredValue(links)]
    const pick = useCallback(
        (name: Dimension, value: string) => {
            if (name === 'team') onTeam(value)
            else onChange((before) => toggleFilter(before, name, value))
        },
        [onChange, onTeam]
    )
    const group = useCallback((next: Dimension) => { onChange((before) => ({ ...before, by: next })) }, [onChange])
    return (
        <>
            <OverviewFigures question={asked} />
            <TokensPanel question={asked} />
            <TopLists question={asked} links={ways} onPick={pick} />
            <TopPanel question={asked} by={by} onGroup={group} onPick={pick} />
        </>
    )
}

const OverviewFigures = memo(function OverviewFigures({ question }: { question: Question }) {
    const overview = useOverview(question)
    if (overview.isPending) return <LoadingNote what="the figures" lines={4} />
    if (overview.isError) return <ErrorNote error={overview.error} retry={() => { void overview.refetch() }} />
    return (
        <>
            <FigureCards answer={overview.data} />
            <Completeness completeness={overview.data.completeness} />
            {overview.data.current.calls === 0 && <NoCalls isFiltered={Object.keys(question.filters).length > 0} />}
        </>
    )
})

/** A team without filters and without calls may have no gateway yet. */
function NoCalls({ isFiltered }: { isFiltered: boolean }) {
    if (isFiltered) return <EmptyNote>No calls in this range with these filters.</EmptyNote>
    return (
        <EmptyNote>
            No calls in this range. Point a gateway at <code>/api/llm_gateway/webhook</code> and its calls appear here
            within seconds.
        </EmptyNote>
    )
}
