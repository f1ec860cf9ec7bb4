import { useMemo } from 'react'
import { Confirm } from '../../../shared/forms/Confirm'
import { readTexts, toFaults } from '../../../shared/forms/faults'
import { Field } from '../../../shared/forms/Field'
import { useRotateCredential, type Credential, type NewToken } from '../api/credentials'

const DEFAULT_OVERLAP_H = 24
const LONGEST_OVERLAP_H = 8760

interface Props {
    teamId: string
    credential: Credential
    onDone: (made: NewToken) => void
    onCancel: () => void
}

export function RotateForm({ teamId, credential, onDone, onCancel }: Props) {
    const rotate = useRotateCredential(teamId)
    const faults = useMemo(() => toFaults(rotate.error, ['overlap_hours']), [rotate.error])
    const send = (form: HTMLFormElement) => {
        const overlapHours = readTexts(form)['overlap_hours'] ?? ''
        rotate.mutate({ id: credential.id, overlapHours }, { onSuccess: onDone })
    }
    return (
        <Confirm
            label={`Rotate ${credential.label}`}
            submit="Make a new token"
            isSending={rotate.isPending}
            faults={faults}
            onSend={send}
            onCancel={onCancel}
        >
            <Field
                name="overlap_hours"
                label="Hours that the old token still opens"
                hint="Time to change it in the gateway; 0 closes it at once."
                fault={faults['overlap_hours']}
            >
                {(attributes) => (
                    <input type="number" min={0} max={LONGEST_OVERLAP_H} defaultValue={DEFAULT_OVERLAP_H} {...attributes} />
                )}
            </Field>
        </Confirm>
    )
}
