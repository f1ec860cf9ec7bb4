import { useMemo, useState } from 'react'
import { readTexts, toFaults } from '../../../shared/forms/faults'
import { Field } from '../../../shared/forms/Field'
import { Form } from '../../../shared/forms/Form'
import { useCreateDestination, type NewDestination } from '../api/deliveries'
import { ADDRESS_HINTS, KIND_LABELS, KINDS, type Kind } from './kinds'

const FIELDS = ['name', 'kind', 'address', 'api_key', 'first_day'] as const

export function DestinationForm({ teamId, onMade }: { teamId: string; onMade: (made: NewDestination) => void }) {
    const create = useCreateDestination(teamId)
    const [kind, setKind] = useState<Kind>('webhook')
    const faults = useMemo(() => toFaults(create.error, FIELDS), [create.error])
    const send = (form: HTMLFormElement) => {
        create.mutate(readTexts(form), {
            onSuccess: (made) => {
                form.reset()
                setKind('webhook')
                onMade(made)
            },
        })
    }
    return (
        <Form label="New destination" faults={faults} isSending={create.isPending} submit="Add destination" onSend={send}>
            <h3>New destination</h3>
            <div className="form-row">
                <Field name="name" label="Name" fault={faults['name']}>
                    {(attributes) => <input type="text" maxLength={200} autoComplete="off" {...attributes} />}
                </Field>
                <Field name="kind" label="Kind" fault={faults['kind']}>
                    {(attributes) => <KindChoice attributes={attributes} kind={kind} onChange={setKind} />}
                </Field>
                <Field name="address" label="Address" hint={ADDRESS_HINTS[kind]} fault={faults['address']}>
                    {(attributes) => <input type="text" maxLength={2000} autoComplete="off" {...attributes} />}
                </Field>
                {kind === 'posthog' && (
                    <Field name="api_key" label="Project API key" hint="Kept encrypted, never shown." fault={faults['api_key']}>
                        {(attributes) => <input type="password" autoComplete="off" {...attributes} />}
                    </Field>
                )}
                <Field name="first_day" label="First day (optional)" hint="Else today, UTC." fault={faults['first_day']}>
                    {(attributes) => <input type="date" {...attributes} />}
                </Field>
            </div>
        </Form>
    )
}

interface ChoiceProps {
    attributes: React.SelectHTMLAttributes<HTMLSelectElement>
    kind: Kind
    onChange: (kind: Kind) => void
}

function KindChoice({ attributes, kind, onChange }: ChoiceProps) {
    return (
        <select
            value={kind}
            onChange={(event) => { onChange(KINDS.find((each) => each === event.target.value) ?? 'webhook') }}
            {...attributes}
        >
            {KINDS.map((each) => (
                <option key={each} value={each}>
                    {KIND_LABELS[each]}
                </option>
            ))}
        </select>
    )
}
