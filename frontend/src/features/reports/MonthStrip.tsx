import { Figure } from '../../shared/figures/Figure'
import { formatUsd } from '../../shared/format/format'
import { ErrorNote, LoadingNote } from '../../shared/states/states'
import { useMonths, type MonthReport } from './api/reports'
import { addYears, nameMonth } from './dates'
import { STATES } from './state'

interface Props {
    teamId: string
    month: string
    onMonth: (month: string) => void
}

/** The months of a year, each with its state and cost. */
export function MonthStrip({ teamId, month, onMonth }: Props) {
    const months = useMonths(teamId, month)
    const year = month.slice(0, 4)
    return (
        <section className="panel" aria-labelledby="months-title">
            <div className="panel-heading">
                <h2 id="months-title">Months of {year}</h2>
                <div className="segments">
                    {[-1, 1].map((step) => (
                        <button key={step} type="button" onClick={() => { onMonth(addYears(month, step)) }}>
                            {step < 0 ? `‹ ${String(Number(year) - 1)}` : `${String(Number(year) + 1)} ›`}
                        </button>
                    ))}
                </div>
            </div>
            {months.isPending ? (
                <LoadingNote what="months" lines={3} />
            ) : months.isError ? (
                <ErrorNote error={months.error} retry={() => { void months.refetch() }} />
            ) : (
                <ol className="months">
                    {months.data.months.map((each) => (
                        <Month key={each.month} report={each} isChosen={each.month.startsWith(month)} onMonth={onMonth} />
                    ))}
                </ol>
            )}
        </section>
    )
}

function Month({ report, isChosen, onMonth }: { report: MonthReport; isChosen: boolean; onMonth: Props['onMonth'] }) {
    const month = report.month.slice(0, 7)
    const { mark, word, meaning } = STATES[report.state]
    return (
        <li>
            <button
                type="button"
                className={`month is-${report.state}`}
                aria-pressed={isChosen}
                title={meaning}
                data-state={report.state}
                onClick={() => { onMonth(month) }}
            >
                <abbr className="month-name" title={nameMonth(month)}>{nameMonth(month).slice(0, 3)}</abbr>
                <span className="state"><span aria-hidden="true">{mark}</span> <span className="state-word">{word}</span></span>
                {report.state !== 'not_reported' && <Figure figure={formatUsd(report.figures.total_cost_usd)} />}
            </button>
        </li>
    )
}
