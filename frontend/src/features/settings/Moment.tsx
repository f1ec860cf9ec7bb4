import { nameMoment } from '../../shared/time/moment'

/** A moment on the visitor's clock; hovering shows it in UTC. */
export function Moment({ at }: { at: string }) {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
    return (
        <time dateTime={at} title={nameMoment(at)}>
            {nameMoment(at, timeZone)}
        </time>
    )
}
