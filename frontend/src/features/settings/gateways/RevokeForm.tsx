import { useMemo } from 'react'
import { Confirm } from '../../../shared/forms/Confirm'
import { toFaults } from '../../../shared/forms/faults'
import { useRevokeCredential, type Credential } from '../api/credentials'

interface Props {
    teamId: string
    credential: Credential
    onEnd: () => void
}

export function RevokeForm({ teamId, credential, onEnd }: Props) {
    const revoke = useRevokeCredential(teamId)
    const faults = useMemo(() => toFaults(revoke.error, []), [revoke.error])
    return (
        <Confirm
            label={`Revoke ${credential.label}`}
            submit="Revoke for good"
            isSending={revoke.isPending}
            faults={faults}
            onSend={() => { revoke.mutate(credential.id, { onSuccess: onEnd }) }}
            onCancel={onEnd}
        >
            <p>
                Every token that <strong>{credential.label}</strong> ever had stops opening at once, and what its gateway
                reports is refused from then on.
            </p>
        </Confirm>
    )
}
