import { useState } from 'react'
import type { Credential, NewToken } from '../api/credentials'
import { Moment } from '../Moment'
import { readState } from './credentialState'
import { RevokeForm } from './RevokeForm'
import { RotateForm } from './RotateForm'

interface Props {
    teamId: string
    credential: Credential
    onMade: (made: NewToken) => void
}

export function CredentialLine({ teamId, credential, onMade }: Props) {
    const [act, setAct] = useState<'rotate' | 'revoke' | null>(null)
    const state = readState(credential, new Date())
    const close = () => { setAct(null) }
    return (
        <li className="thing" data-credential={credential.label}>
            <div className="thing-head">
                <strong>{credential.label}</strong>
                <span className={`state is-${state.word}`}>{state.word}</span>
            </div>
            <Facts credential={credential} overlapUntil={state.overlapUntil} />
            {state.isOpen && act === null && (
                <div className="form-end">
                    <button type="button" aria-label={`Rotate ${credential.label}`} onClick={() => { setAct('rotate') }}>
                        Rotate
                    </button>
                    <button type="button" aria-label={`Revoke ${credential.label}`} onClick={() => { setAct('revoke') }}>
                        Revoke
                    </button>
                </div>
            )}
            {act === 'rotate' && (
                <RotateForm
                    teamId={teamId}
                    credential={credential}
                    onDone={(made) => {
                        close()
                        onMade(made)
                    }}
                    onCancel={close}
                />
            )}
            {act === 'revoke' && <RevokeForm teamId={teamId} credential={credential} onEnd={close} />}
        </li>
    )
}

function Facts({ credential, overlapUntil }: { credential: Credential; overlapUntil: string | null }) {
    const isShared = credential.routing === 'mapping'
    return (
        <dl className="facts">
            <div><dt>Gateway</dt><dd>{credential.gateway}{isShared && ', shared by its mapping'}</dd></div>
            <div><dt>Token</dt><dd><code>{credential.token_prefix}…</code></dd></div>
            <div><dt>Last used</dt><dd>{credential.last_used_at ? <Moment at={credential.last_used_at} /> : 'never'}</dd></div>
            <div><dt>Made</dt><dd><Moment at={credential.created_at} /></dd></div>
            {credential.expires_at && <div><dt>Expires</dt><dd><Moment at={credential.expires_at} /></dd></div>}
            {credential.revoked_at && <div><dt>Revoked</dt><dd><Moment at={credential.revoked_at} /></dd></div>}
            {overlapUntil && <div><dt>Old token opens until</dt><dd><Moment at={overlapUntil} /></dd></div>}
        </dl>
    )
}
