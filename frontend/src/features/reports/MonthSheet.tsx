import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import { nameWeekday } from '../../shared/time/moment'
import { useDays, useMonths, type MonthReport } from './api/reports'
import { endOf, firstOf, nameMonth } from './dates'
import { Sheet } from './Sheet'
import { sayReason, STATES, type DayState } from './state'

interface Props {
    teamId: string
    owner: string
    month: string
    onDay: (day: string) => void
}

/** A month's report: the sum of its days' versions that count, and which of them were corrected. */
export function MonthSheet({ teamId, owner, month, onDay }: Props) {
    const months = useMonths(teamId, month)
    if (months.isPending) return <LoadingNote what="the report" lines={12} />
    // The strip above says what is wrong, and asks again.
    if (months.isError) return <ErrorNote error={months.error} retry={() => { void months.refetch() }} />
    const report = months.data.months.find((each) => each.month === firstOf(month))
    if (!report || report.state === 'not_reported') {
        return <EmptyNote>No day of {nameMonth(month)} was reported. Reports are made by themselves, an hour after calls came in.</EmptyNote>
    }
    return (
        <Sheet
            title={`Usage report, ${nameMonth(month)}`}
            heads={listHeads(owner, report)}
            figures={report.figures}
            span={{ teamId, start: firstOf(month), end: endOf(month) }}
        >
            <CorrectedDays teamId={teamId} month={month} onDay={onDay} />
        </Sheet>
    )
}

function listHeads(owner: string, report: MonthReport): [string, string][] {
    const { mark, word } = STATES[report.state]
    const days = (Object.keys(STATES) as DayState[]).filter((state) => report.days[state])
    return [
        ['Team', owner],
        ['State', `${mark} ${word}`],
        ['Days', days.map((state) => `${String(report.days[state])} ${STATES[state].word}`).join(', ')],
    ]
}

function CorrectedDays({ teamId, month, onDay }: Omit<Props, 'owner'>) {
    const corrected = useDays(teamId, month).data?.reports.filter((report) => report.state === 'corrected') ?? []
    if (corrected.length === 0) return null
    return (
        <section className="corrections" aria-labelledby="corrected-title">
            <h3 id="corrected-title">Corrected days</h3>
            <ul>
                {corrected.map((report) => (
                    <li key={report.day}>
                        <button type="button" className="pick" onClick={() => { onDay(report.day) }}>{nameWeekday(report.day)}</button>
                        , version {report.version}: {sayReason(report.reason)}.
                    </li>
                ))}
            </ul>
        </section>
    )
}
