import { useMemo } from 'react'
import { toFaults, readTexts } from '../../../shared/forms/faults'
import { Field } from '../../../shared/forms/Field'
import { Form } from '../../../shared/forms/Form'
import { useCreateCredential, type NewToken } from '../api/credentials'

const FIELDS = ['label', 'gateway_name', 'signature'] as const

export function CredentialForm({ teamId, onMade }: { teamId: string; onMade: (made: NewToken) => void }) {
    const create = useCreateCredential(teamId)
    const faults = useMemo(() => toFaults(create.error, FIELDS), [create.error])
    const send = (form: HTMLFormElement) => {
        create.mutate(readTexts(form), {
            onSuccess: (made) => {
                form.reset()
                onMade(made)
            },
        })
    }
    return (
        <Form label="New credential" faults={faults} isSending={create.isPending} submit="Create credential" onSend={send}>
            <h3>New credential</h3>
            <div className="form-row">
                <Field name="label" label="Label" hint="Who will use it, e.g. “proxy in eu-central”." fault={faults['label']}>
                    {(attributes) => <input type="text" maxLength={200} autoComplete="off" {...attributes} />}
                </Field>
                <Field
                    name="gateway_name"
                    label="Gateway (optional)"
                    hint="Its name in these pages; a new name makes a new gateway."
                    fault={faults['gateway_name']}
                >
                    {(attributes) => <input type="text" maxLength={200} autoComplete="off" {...attributes} />}
                </Field>
                <Field
                    name="signature"
                    label="Signature"
                    hint="HMAC of each body; its secret is shown beside the token."
                    fault={faults['signature']}
                >
                    {(attributes) => (
                        <select {...attributes}>
                            <option value="off">Off</option>
                            <option value="optional">Optional: unsigned bodies are taken, too</option>
                            <option value="required">Required</option>
                        </select>
                    )}
                </Field>
            </div>
        </Form>
    )
}
