/** A moment on the visitor's clock; hovering shows it in UTC to the second. */
export function Moment({ at }: { at: string }) {
    const moment = new Date(at)
    const text = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(moment)
    return (
        <time dateTime={at} title={`${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`}>
            {text}
        </time>
    )
}
