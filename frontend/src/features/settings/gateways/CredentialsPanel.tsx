import { useRef } from 'react'
import { CopyBlock } from '../../../shared/forms/CopyBlock'
import { EmptyNote, ErrorNote, LoadingNote } from '../../../shared/states/states'
import { useCredentials, type NewToken } from '../api/credentials'
import { SecretOnce } from '../SecretOnce'
import { CredentialForm } from './CredentialForm'
import { CredentialLine } from './CredentialLine'

interface Props {
    teamId: string
    isAdministrator: boolean
    /** The credential whose token is being shown. */
    made: NewToken | null
    onMade: (made: NewToken | null) => void
}

/** What gateways prove themselves with. */
export function CredentialsPanel({ teamId, isAdministrator, made, onMade }: Props) {
    const heading = useRef<HTMLHeadingElement>(null)
    const forget = () => {
        onMade(null)
        heading.current?.focus()
    }
    return (
        <section className="panel" aria-labelledby="credentials-title">
            <h2 id="credentials-title" ref={heading} tabIndex={-1}>Credentials</h2>
            {isAdministrator ? (
                <>
                    {made && (
                        <SecretOnce key={made.token} label={`Token of ${made.label}`} secret={made.token} onDone={forget}>
                            {made.signing_secret && (
                                <>
                                    <h3>Signing secret of {made.label}</h3>
                                    <CopyBlock label={`Signing secret of ${made.label}`} text={made.signing_secret} />
                                </>
                            )}
                        </SecretOnce>
                    )}
                    <CredentialList teamId={teamId} onMade={onMade} />
                    <CredentialForm teamId={teamId} onMade={onMade} />
                </>
            ) : (
                <EmptyNote>Credentials are shown to owners and administrators alone.</EmptyNote>
            )}
        </section>
    )
}

function CredentialList({ teamId, onMade }: Pick<Props, 'teamId' | 'onMade'>) {
    const credentials = useCredentials(teamId)
    if (credentials.isPending) return <LoadingNote what="the credentials" />
    if (credentials.isError) {
        return <ErrorNote error={credentials.error} retry={() => { void credentials.refetch() }} />
    }
    const listed = credentials.data.credentials
    if (listed.length === 0) return <EmptyNote>No credential yet: make one for each gateway.</EmptyNote>
    return (
        <ul className="things" aria-label="Credentials">
            {listed.map((each) => (
                <CredentialLine key={each.id} teamId={teamId} credential={each} onMade={onMade} />
            ))}
        </ul>
    )
}
