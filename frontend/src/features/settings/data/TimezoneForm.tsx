import { useMemo } from 'react'
import { readTexts, toFaults } from '../../../shared/forms/faults'
import { Field } from '../../../shared/forms/Field'
import { Form } from '../../../shared/forms/Form'
import { useChangeSettings } from '../api/teamSettings'
import { Saved } from './Saved'

const FIELDS = ['report_timezone'] as const

export function TimezoneForm({ teamId, current }: { teamId: string; current: string }) {
    const change = useChangeSettings(teamId)
    const faults = useMemo(() => toFaults(change.error, FIELDS), [change.error])
    const zones = useMemo(() => [...new Set([current, 'UTC', ...Intl.supportedValuesOf('timeZone')])], [current])
    const send = (form: HTMLFormElement) => {
        change.mutate({ report_timezone: readTexts(form)['report_timezone'] ?? '' })
    }
    return (
        <section className="panel" aria-labelledby="timezone-title">
            <h2 id="timezone-title">Report time zone</h2>
            <Form
                label="Report time zone"
                faults={faults}
                isSending={change.isPending}
                submit="Save time zone"
                onSend={send}
                outcome={<Saved isSaved={change.isSuccess} />}
            >
                <Field
                    name="report_timezone"
                    label="Days of"
                    hint="Whose days the usage reports of the whole organization are. Days that are closed stay as they are."
                    fault={faults['report_timezone']}
                >
                    {(attributes) => (
                        <select key={current} defaultValue={current} {...attributes}>
                            {zones.map((zone) => <option key={zone}>{zone}</option>)}
                        </select>
                    )}
                </Field>
            </Form>
        </section>
    )
}
