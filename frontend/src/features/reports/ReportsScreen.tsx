import './reports.css'
import { Calendar } from './Calendar'
import { DayReport } from './DayReport'
import { MonthSheet } from './MonthSheet'
import { MonthStrip } from './MonthStrip'
import type { ReportSearch } from './search'

interface Props {
    teamId: string
    /** The team's name, with its organization's. */
    owner: string
    /** Of the organization's report zone, YYYY-MM-DD. */
    today: string
    search: ReportSearch
    onChange: (search: ReportSearch) => void
}

/** What was reported of each day and month, whether that is final, and what was corrected since. */
export function ReportsScreen({ teamId, owner, today, search, onChange }: Props) {
    const month = search.month ?? today.slice(0, 7)
    const goToDay = (day: string) => { onChange({ month, day }) }
    return (
        <>
            <div className="not-printed report-choice">
                <MonthStrip teamId={teamId} month={month} onMonth={(next) => { onChange({ month: next }) }} />
                <Calendar {...{ teamId, month, today }} day={search.day} onDay={goToDay} />
                {search.day && (
                    <p><button type="button" onClick={() => { onChange({ month }) }}>‹ The whole month</button></p>
                )}
            </div>
            {search.day ? (
                <DayReport
                    {...{ teamId, owner }}
                    day={search.day}
                    version={search.version}
                    onVersion={(version) => { onChange({ month, ...(search.day && { day: search.day }), ...(version && { version }) }) }}
                />
            ) : (
                <MonthSheet {...{ teamId, owner, month }} onDay={goToDay} />
            )}
        </>
    )
}
