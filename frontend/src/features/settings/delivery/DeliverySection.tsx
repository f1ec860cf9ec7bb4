import { useRef, useState } from 'react'
import { EmptyNote, ErrorNote, LoadingNote } from '../../../shared/states/states'
import { useDestinations, type NewDestination } from '../api/deliveries'
import { SecretOnce } from '../SecretOnce'
import type { SectionProps } from '../sections'
import { DeliveriesPanel } from './DeliveriesPanel'
import { DestinationForm } from './DestinationForm'
import { DestinationLine } from './DestinationLine'

/** Where the organization's closed reports are sent to, and whether they got there. */
export function DeliverySection({ teamId, isAdministrator }: SectionProps) {
    if (!isAdministrator) {
        return <EmptyNote>Where reports are sent to is shown to owners and administrators alone.</EmptyNote>
    }
    return (
        <>
            <DestinationsPanel teamId={teamId} />
            <DeliveriesPanel teamId={teamId} />
        </>
    )
}

function DestinationsPanel({ teamId }: { teamId: string }) {
    const [made, setMade] = useState<NewDestination | null>(null)
    const heading = useRef<HTMLHeadingElement>(null)
    const forget = () => {
        setMade(null)
        heading.current?.focus()
    }
    return (
        <section className="panel" aria-labelledby="destinations-title">
            <h2 id="destinations-title" ref={heading} tabIndex={-1}>Destinations</h2>
            <p className="hint">
                The reports of the whole organization, day by day once a day is closed, and each correction of one.
            </p>
            {made?.signing_secret && (
                <SecretOnce label={`Signing secret of ${made.name}`} secret={made.signing_secret} onDone={forget} />
            )}
            <DestinationList teamId={teamId} />
            <DestinationForm teamId={teamId} onMade={setMade} />
        </section>
    )
}

function DestinationList({ teamId }: { teamId: string }) {
    const destinations = useDestinations(teamId)
    if (destinations.isPending) return <LoadingNote what="the destinations" />
    if (destinations.isError) {
        return <ErrorNote error={destinations.error} retry={() => { void destinations.refetch() }} />
    }
    const listed = destinations.data.destinations
    if (listed.length === 0) return <EmptyNote>Reports are sent nowhere yet.</EmptyNote>
    return (
        <ul className="things" aria-label="Destinations">
            {listed.map((each) => <DestinationLine key={each.id} teamId={teamId} destination={each} />)}
        </ul>
    )
}
