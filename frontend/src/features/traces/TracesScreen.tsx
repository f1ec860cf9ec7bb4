import { omit } from '../../shared/objects/omit'
import { EmptyNote } from '../../shared/states/states'
import { useSessions } from './api/sessions'
import { useTraces } from './api/traces'
import type { TraceLinks } from './links'
import { Pages } from './Pages'
import type { Question } from './question'
import { VIEWS, type TracesSearch, type View } from './search'
import { SessionsTable } from './SessionsTable'
import './traces.css'
import { TracesTable } from './TracesTable'

interface Props {
    question: Question
    search: TracesSearch
    links: TraceLinks
    onChange: (search: TracesSearch) => void
}

const LABELS: Record<View, string> = { traces: 'Traces', sessions: 'Sessions' }

/** What belongs together: calls of one trace, traces of one session. */
export function TracesScreen({ question, search, links, onChange }: Props) {
    const view = search.view ?? 'traces'
    return (
        <>
            <div className="toolbar">
                <div className="segments" role="group" aria-label="Group by">
                    {VIEWS.map((each) => (
                        <button key={each} type="button" aria-pressed={each === view} onClick={() => { onChange(switchTo(each, search)) }}>
                            {LABELS[each]}
                        </button>
                    ))}
                </div>
                {view === 'traces' && search.session_id && <SessionChip {...{ search, onChange }} />}
            </div>
            {view === 'sessions' ? (
                <Sessions question={question} onPick={(session) => { onChange({ ...switchTo('traces', search), session_id: session }) }} />
            ) : (
                <Traces question={question} links={links} />
            )}
        </>
    )
}

/** The session belongs to the list of traces alone. */
function switchTo(view: View, search: TracesSearch): TracesSearch {
    const rest = omit(search, 'session_id', 'view')
    return view === 'traces' ? rest : { ...rest, view }
}

function SessionChip({ search, onChange }: Pick<Props, 'search' | 'onChange'>) {
    return (
        <ul className="chips" aria-label="Session">
            <li className="chip">
                Session: {search.session_id}
                <button
                    type="button"
                    aria-label={`Remove the filter Session: ${search.session_id ?? ''}`}
                    onClick={() => { onChange(switchTo('traces', search)) }}
                >
                    ×
                </button>
            </li>
        </ul>
    )
}

function Traces({ question, links }: { question: Question; links: TraceLinks }) {
    const traces = useTraces(question)
    const lines = traces.data?.pages.flatMap((page) => page.traces)
    return (
        <Pages pages={traces} count={lines?.length ?? 0} what="traces" empty={<EmptyNote>No traces in this range.</EmptyNote>}>
            <TracesTable lines={lines ?? []} links={links} timezone={question.span.timezone} />
        </Pages>
    )
}

function Sessions({ question, onPick }: { question: Question; onPick: (session: string) => void }) {
    const sessions = useSessions(question)
    const lines = sessions.data?.pages.flatMap((page) => page.sessions)
    return (
        <Pages pages={sessions} count={lines?.length ?? 0} what="sessions" empty={<NoSessions />}>
            <SessionsTable lines={lines ?? []} timezone={question.span.timezone} onPick={onPick} />
        </Pages>
    )
}

function NoSessions() {
    return (
        <EmptyNote>
            No sessions in this range. A call is of a session where its caller names one: <code>$ai_session_id</code> in an
            SDK's event, <code>session_id</code> in the metadata of a gateway's call.
        </EmptyNote>
    )
}
