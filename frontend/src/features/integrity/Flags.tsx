import { formatCount } from '../../shared/format/format'
import { EmptyNote } from '../../shared/states/states'
import { nameDay } from '../../shared/time/moment'
import type { IntegrityAnswer } from './api/integrity'
import { countByDay, type DayCount } from './flagDays'

/** Integrity flags by rule, each with its bar a day, its sum and what it means. */
export function Flags({ answer }: { answer: IntegrityAnswer }) {
    const flags = countByDay(answer)
    if (flags.length === 0) return <EmptyNote>No call of this range raised a flag.</EmptyNote>
    return (
        <ul className="flags">
            {flags.map(({ flag, calls, days, models }) => (
                <li key={flag} data-flag={flag} data-calls={calls}>
                    <div className="flag-heading">
                        <strong><code>{flag}</code></strong>
                        <span title={formatCount(calls, 'calls').title}>{formatCount(calls, 'calls').text} {calls === 1 ? 'call' : 'calls'}</span>
                    </div>
                    <Bars days={days} />
                    <p>{answer.flag_texts[flag]}</p>
                    <p className="faint">{models.join(', ')}</p>
                </li>
            ))}
        </ul>
    )
}

function Bars({ days }: { days: DayCount[] }) {
    const most = Math.max(...days.map((day) => day.calls), 1)
    return (
        <div className="flag-days">
            <div className="bars" role="img" aria-label={days.map(({ day, calls }) => `${nameDay(day)}: ${String(calls)}`).join(', ')}>
                {days.map(({ day, calls }) => (
                    <meter key={day} className="bar-of-day" min={0} max={most} value={calls} title={`${nameDay(day)}: ${formatCount(calls, 'calls').title}`} />
                ))}
            </div>
            <span className="faint">{tellDays(days)}</span>
        </div>
    )
}

function tellDays(days: DayCount[]): string {
    const [first, last] = [days[0], days.at(-1)].map((each) => (each ? nameDay(each.day) : ''))
    return first === last ? (first ?? '') : `${first ?? ''} to ${last ?? ''}`
}
