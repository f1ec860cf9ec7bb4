import { useId, useMemo } from 'react'
import { toFaults } from '../../../shared/forms/faults'
import { Form } from '../../../shared/forms/Form'
import { useChangeSettings } from '../api/teamSettings'
import { Saved } from './Saved'

export function PrivacyForm({ teamId, current }: { teamId: string; current: boolean }) {
    const change = useChangeSettings(teamId)
    const faults = useMemo(() => toFaults(change.error, []), [change.error])
    const id = useId()
    const send = (form: HTMLFormElement) => { change.mutate({ is_private: new FormData(form).has('is_private') }) }
    return (
        <section className="panel" aria-labelledby="privacy-title">
            <h2 id="privacy-title">Privacy</h2>
            <Form
                label="Privacy"
                faults={faults}
                isSending={change.isPending}
                submit="Save privacy"
                onSend={send}
                outcome={<Saved isSaved={change.isSuccess} />}
            >
                <div className="check">
                    <input
                        key={String(current)}
                        type="checkbox"
                        id={id}
                        name="is_private"
                        defaultChecked={current}
                        aria-describedby={`${id}-hint`}
                    />
                    <div>
                        <label htmlFor={id}>Keep nothing that is said</label>
                        <p className="hint" id={`${id}-hint`}>
                            Messages, answers, error texts, tags and parameters of calls that arrive from now on never
                            reach a disk. Tokens, costs, times, models and names stay. What was stored before stays, too.
                        </p>
                    </div>
                </div>
            </Form>
        </section>
    )
}
