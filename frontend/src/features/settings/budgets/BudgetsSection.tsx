import { EmptyNote, ErrorNote, LoadingNote } from '../../../shared/states/states'
import { useBudgets } from '../api/budgets'
import { useDestinations } from '../api/deliveries'
import type { SectionProps } from '../sections'
import { BudgetForm } from './BudgetForm'
import { BudgetLine } from './BudgetLine'

/** What the team, or a key of it, may use in a day or a month, and what it has used. */
export function BudgetsSection({ teamId, isAdministrator }: SectionProps) {
    const destinations = useDestinations(teamId, isAdministrator)
    return (
        <section className="panel" aria-labelledby="budgets-title">
            <h2 id="budgets-title">Budgets</h2>
            <p className="hint">
                Thresholds raise alerts. A gateway that asks is told whether a call is still allowed; periods are those of
                the organization’s report time zone.
            </p>
            <BudgetList teamId={teamId} isAdministrator={isAdministrator} />
            {isAdministrator && <BudgetForm teamId={teamId} destinations={destinations.data?.destinations ?? []} />}
        </section>
    )
}

function BudgetList({ teamId, isAdministrator }: { teamId: string; isAdministrator: boolean }) {
    const budgets = useBudgets(teamId)
    if (budgets.isPending) return <LoadingNote what="the budgets" />
    if (budgets.isError) return <ErrorNote error={budgets.error} retry={() => { void budgets.refetch() }} />
    if (budgets.data.budgets.length === 0) return <EmptyNote>No budget yet: nothing is limited.</EmptyNote>
    const { complete, reasons } = budgets.data.completeness
    return (
        <>
            <ul className="things" aria-label="Budgets">
                {budgets.data.budgets.map((each) => (
                    <BudgetLine key={each.id} teamId={teamId} budget={each} isAdministrator={isAdministrator} />
                ))}
            </ul>
            {!complete && <p className="hint">Not complete yet: {reasons.map((reason) => reason.detail).join(' ')}</p>}
        </>
    )
}
