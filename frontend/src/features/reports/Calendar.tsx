import { Figure } from '../../shared/figures/Figure'
import { formatUsd } from '../../shared/format/format'
import { ErrorNote, LoadingNote } from '../../shared/states/states'
import { nameWeekday } from '../../shared/time/moment'
import { useDays, type Report } from './api/reports'
import { listWeeks, nameMonth } from './dates'
import { STATES } from './state'

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

interface Props {
    teamId: string
    month: string
    day: string | undefined
    /** Of the report zone: later days are still to come. */
    today: string
    onDay: (day: string) => void
}

/** The days of a month, each with its state and cost. */
export function Calendar({ teamId, month, day, today, onDay }: Props) {
    const days = useDays(teamId, month)
    return (
        <section className="panel" aria-labelledby="days-title">
            <h2 id="days-title">Days of {nameMonth(month)}</h2>
            {days.isPending ? (
                <LoadingNote what="days" lines={9} />
            ) : days.isError ? (
                <ErrorNote error={days.error} retry={() => { void days.refetch() }} />
            ) : (
                <Days month={month} day={day} today={today} reports={days.data.reports} onDay={onDay} />
            )}
            <Legend />
        </section>
    )
}

type DaysProps = Omit<Props, 'teamId'> & { reports: Report[] }

function Days({ month, day, today, reports, onDay }: DaysProps) {
    const byDay = new Map(reports.map((report) => [report.day, report]))
    return (
        <table className="calendar">
            <caption className="unseen">{nameMonth(month)}</caption>
            <thead>
                <tr>
                    {WEEKDAYS.map((name) => (
                        <th key={name} scope="col" abbr={name}>{name.slice(0, 3)}</th>
                    ))}
                </tr>
            </thead>
            <tbody>
                {listWeeks(month).map((week, number) => (
                    <tr key={week.find(Boolean) ?? number}>
                        {week.map((each, place) => (
                            <td key={each ?? `none-${String(place)}`}>
                                {each && <Day day={each} isChosen={each === day} isToCome={each > today} report={byDay.get(each)} onDay={onDay} />}
                            </td>
                        ))}
                    </tr>
                ))}
            </tbody>
        </table>
    )
}

interface DayProps {
    day: string
    isChosen: boolean
    isToCome: boolean
    report: Report | undefined
    onDay: (day: string) => void
}

function Day({ day, isChosen, isToCome, report, onDay }: DayProps) {
    const number = String(Number(day.slice(8)))
    if (!report) {
        const { mark, word, meaning } = STATES.not_reported
        return (
            <div className="day is-bare" title={isToCome ? 'This day is to come.' : meaning}>
                <span className="day-number">{number}</span>
                {!isToCome && <span className="state"><span aria-hidden="true">{mark}</span> <span className="state-word">{word}</span></span>}
            </div>
        )
    }
    const { mark, word, meaning } = STATES[report.state]
    const version = report.state === 'corrected' ? ` v${String(report.version)}` : ''
    return (
        <button
            type="button"
            className={`day is-${report.state}`}
            aria-pressed={isChosen}
            title={meaning}
            data-day={day}
            data-state={report.state}
            onClick={() => { onDay(day) }}
        >
            <span className="day-number">{number}</span>
            <span className="unseen">{nameWeekday(day)}</span>
            <span className="state"><span aria-hidden="true">{mark}</span> <span className="state-word">{word}{version}</span></span>
            <Figure figure={formatUsd(report.figures.total_cost_usd)} />
        </button>
    )
}

/** What the marks mean; on small screens they stand without their words. */
function Legend() {
    return (
        <dl className="marks">
            {Object.values(STATES).map(({ mark, word, meaning }) => (
                <div key={word}>
                    <dt><span aria-hidden="true">{mark}</span> {word}</dt>
                    <dd>{meaning}</dd>
                </div>
            ))}
        </dl>
    )
}
