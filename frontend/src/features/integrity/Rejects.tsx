import * as Ariakit from '@ariakit/react'
import { useState } from 'react'
import { formatCount } from '../../shared/format/format'
import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import { WideTable } from '../../shared/tables/WideTable'
import { nameMoment } from '../../shared/time/moment'
import { useRejects, useReplay, type Choice, type Reject, type RejectCount } from './api/rejects'
import { sayReplay } from './replay'

interface Asked {
    choice: Choice
    what: string
}

/** Events that became no row, by reason, and a way to try them again. */
export function Rejects({ teamId }: { teamId: string }) {
    const rejects = useRejects(teamId)
    const [asked, ask] = useState<Asked | null>(null)
    const replay = useReplay(teamId)
    const askAbout = (next: Asked) => { replay.reset(); ask(next) }
    return (
        <>
            {rejects.isPending ? (
                <LoadingNote what="rejects" lines={3} />
            ) : rejects.isError ? (
                <ErrorNote error={rejects.error} retry={() => { void rejects.refetch() }} />
            ) : rejects.data.open_counts.length === 0 ? (
                <EmptyNote>No event of this team waits among the rejects.</EmptyNote>
            ) : (
                <>
                    <Counts counts={rejects.data.open_counts} onAsk={askAbout} />
                    {rejects.data.rejects.length > 0 && <List rejects={rejects.data.rejects} onAsk={askAbout} />}
                </>
            )}
            <Confirm asked={asked} replay={replay} onClose={() => { ask(null) }} />
        </>
    )
}

function Counts({ counts, onAsk }: { counts: readonly RejectCount[]; onAsk: (asked: Asked) => void }) {
    return (
        <WideTable label="Rejects by reason">
            <table className="reject-counts">
                <caption className="unseen">Rejects by reason</caption>
                <thead>
                    <tr>
                        <th scope="col">Reason</th>
                        <th scope="col">Whose</th>
                        <th scope="col" className="number">Events</th>
                        <th scope="col"><span className="unseen">Try again</span></th>
                    </tr>
                </thead>
                <tbody>
                    {counts.map(({ reason_code: reason, rejects, gateway }) => {
                        const whose = gateway === null ? 'this team' : `nobody's, of ${gateway}`
                        const what = `${formatCount(rejects, 'events').title} rejected for ${reason} (${whose})`
                        return (
                            <tr key={`${reason} ${gateway ?? ''}`} data-reason={reason} data-rejects={rejects}>
                                <th scope="row"><code>{reason}</code></th>
                                <td>{whose}</td>
                                <td className="number">{formatCount(rejects, 'events').text}</td>
                                <td className="number">
                                    <button
                                        type="button"
                                        aria-label={`Replay ${what}`}
                                        onClick={() => { onAsk({ choice: { reason, isNobodys: gateway !== null }, what }) }}
                                    >
                                        Replay
                                    </button>
                                </td>
                            </tr>
                        )
                    })}
                </tbody>
            </table>
        </WideTable>
    )
}

function List({ rejects, onAsk }: { rejects: readonly Reject[]; onAsk: (asked: Asked) => void }) {
    return (
        <WideTable label="The newest rejects of this team">
            <table className="reject-list">
                <caption className="unseen">The newest rejects of this team</caption>
                <thead>
                    <tr>
                        <th scope="col">Received</th>
                        <th scope="col">Why it is no row</th>
                        <th scope="col"><span className="unseen">Try again</span></th>
                    </tr>
                </thead>
                <tbody>
                    {rejects.map((reject) => (
                        <tr key={reject.id}>
                            <td>{nameMoment(reject.received_at)}</td>
                            <td className="why">{reject.reason}</td>
                            <td className="number">
                                <button
                                    type="button"
                                    aria-label={`Replay event ${String(reject.id)}`}
                                    onClick={() => { onAsk({ choice: { id: reject.id }, what: `the event of ${nameMoment(reject.received_at)}` }) }}
                                >
                                    Replay
                                </button>
                            </td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </WideTable>
    )
}

interface ConfirmProps {
    asked: Asked | null
    replay: ReturnType<typeof useReplay>
    onClose: () => void
}

/** First what will happen, then what did. */
function Confirm({ asked, replay, onClose }: ConfirmProps) {
    return (
        <Ariakit.Dialog open={asked !== null} onClose={onClose} className="dialog" backdrop={<div className="backdrop" />}>
            <Ariakit.DialogHeading className="popover-heading">Replay rejected events</Ariakit.DialogHeading>
            {replay.isSuccess ? (
                <p role="status">{sayReplay(replay.data)}</p>
            ) : (
                <p>
                    Try {asked?.what} again? They go back into the inbox and become rows if the reason is gone; what is
                    still wrong comes back here. Nothing is counted twice.
                </p>
            )}
            {replay.isError && <ErrorNote error={replay.error} retry={() => { if (asked) replay.mutate(asked.choice) }} />}
            <div className="segments">
                {!replay.isSuccess && (
                    <button type="button" className="is-main" disabled={replay.isPending} onClick={() => { if (asked) replay.mutate(asked.choice) }}>
                        {replay.isPending ? 'Sending…' : 'Replay'}
                    </button>
                )}
                <Ariakit.DialogDismiss>{replay.isSuccess ? 'Close' : 'Cancel'}</Ariakit.DialogDismiss>
            </div>
        </Ariakit.Dialog>
    )
}
