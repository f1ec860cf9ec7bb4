import './integrity.css'
import { Completeness } from '../../shared/figures/Completeness'
import { pickFilters } from '../../shared/filters/search'
import { ErrorNote, LoadingNote } from '../../shared/states/states'
import type { Span } from '../../shared/time/range'
import { Alerts } from './Alerts'
import { useIntegrity } from './api/integrity'
import { Flags } from './Flags'
import { Gateways } from './Gateways'
import { Matrix } from './Matrix'
import type { Question } from './question'
import { Rejects } from './Rejects'
import type { IntegritySearch } from './search'

interface Props {
    teamId: string
    span: Span
    search: IntegritySearch
    onChange: (search: IntegritySearch) => void
}

/** Whether the figures can be trusted: what is wrong, what is missing, what is doubted. */
export function IntegrityScreen({ teamId, span, search, onChange }: Props) {
    const question = { teamId, span, filters: pickFilters(search) }
    return (
        <>
            <Alerts {...{ teamId, search, onChange }} />
            <Doubts question={question} />
            <section className="panel" aria-labelledby="rejects-title">
                <h2 id="rejects-title">Rejected events</h2>
                <Rejects teamId={teamId} />
            </section>
            <section className="panel" aria-labelledby="gateways-title">
                <h2 id="gateways-title">Gateways, hour by hour</h2>
                <Gateways question={question} />
            </section>
        </>
    )
}

function Doubts({ question }: { question: Question }) {
    const integrity = useIntegrity(question)
    if (integrity.isPending) return <LoadingNote what="what is reported" lines={10} />
    if (integrity.isError) return <ErrorNote error={integrity.error} retry={() => { void integrity.refetch() }} />
    return (
        <>
            <Completeness completeness={integrity.data.completeness} />
            <section className="panel" aria-labelledby="matrix-title">
                <h2 id="matrix-title">Share of calls that report each count</h2>
                <Matrix reporting={integrity.data.reporting} />
            </section>
            <section className="panel" aria-labelledby="flags-title">
                <h2 id="flags-title">Flags over time</h2>
                <Flags answer={integrity.data} />
            </section>
        </>
    )
}
