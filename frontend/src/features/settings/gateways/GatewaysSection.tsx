import { useState } from 'react'
import type { NewToken } from '../api/credentials'
import type { SectionProps } from '../sections'
import { ConnectPanel } from './ConnectPanel'
import { CredentialsPanel } from './CredentialsPanel'
import { GatewaysPanel } from './GatewaysPanel'
import { LatestCallPanel } from './LatestCallPanel'

/** From no gateway to the first event: a credential, the gateway's configuration, and what arrives. */
export function GatewaysSection({ teamId, isAdministrator, callHref }: SectionProps) {
    const [made, setMade] = useState<NewToken | null>(null)
    return (
        <>
            <LatestCallPanel teamId={teamId} callHref={callHref} />
            <CredentialsPanel teamId={teamId} isAdministrator={isAdministrator} made={made} onMade={setMade} />
            <ConnectPanel token={made?.token} />
            <GatewaysPanel teamId={teamId} />
        </>
    )
}
