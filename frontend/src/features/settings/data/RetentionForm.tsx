import { useMemo, useState } from 'react'
import { Confirm } from '../../../shared/forms/Confirm'
import { readTexts, toFaults } from '../../../shared/forms/faults'
import { Field } from '../../../shared/forms/Field'
import { Form } from '../../../shared/forms/Form'
import { useChangeSettings } from '../api/teamSettings'
import { Saved } from './Saved'

const FIELDS = ['retention_days'] as const
const LONGEST_DAYS = 32_767

/** Fewer days delete events for good: that is asked once more. */
export function RetentionForm({ teamId, current }: { teamId: string; current: number }) {
    const change = useChangeSettings(teamId)
    const [asked, setAsked] = useState<number | null>(null)
    const faults = useMemo(() => toFaults(change.error, FIELDS), [change.error])
    const save = (days: number) => { change.mutate({ retention_days: days }, { onSettled: () => { setAsked(null) } }) }
    const send = (form: HTMLFormElement) => {
        const days = Number(readTexts(form)['retention_days'] ?? 0)
        if (days >= 1 && days < current) setAsked(days)
        else save(days)
    }
    return (
        <section className="panel" aria-labelledby="retention-title">
            <h2 id="retention-title">Retention</h2>
            <Form
                label="Retention"
                faults={faults}
                isSending={change.isPending}
                submit="Save retention"
                onSend={send}
                outcome={<Saved isSaved={change.isSuccess && asked === null} />}
            >
                <Field
                    name="retention_days"
                    label="Days that an event is kept"
                    hint="Counted from its call. Stored events follow a change; reports, which are sums, stay."
                    fault={faults['retention_days']}
                >
                    {(attributes) => (
                        <input key={current} type="number" min={1} max={LONGEST_DAYS} defaultValue={current} {...attributes} />
                    )}
                </Field>
            </Form>
            {asked !== null && (
                <Confirm
                    label="Shorter retention"
                    submit="Delete older events"
                    isSending={change.isPending}
                    onSend={() => { save(asked) }}
                    onCancel={() => { setAsked(null) }}
                >
                    <p>
                        Events older than <strong>{asked} days</strong> are deleted, now and from now on, and cannot be
                        brought back.
                    </p>
                </Confirm>
            )}
        </section>
    )
}
