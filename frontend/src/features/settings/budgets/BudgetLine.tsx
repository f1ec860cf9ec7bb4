import { useMemo, useState } from 'react'
import { Figure } from '../../../shared/figures/Figure'
import { Confirm } from '../../../shared/forms/Confirm'
import { toFaults } from '../../../shared/forms/faults'
import { useChangeBudget, useRemoveBudget, type Budget } from '../api/budgets'
import { Moment } from '../Moment'
import { formatAmount, nameBudget } from './budgetText'
import { LimitForm } from './LimitForm'

interface Props {
    teamId: string
    budget: Budget
    isAdministrator: boolean
}

export function BudgetLine({ teamId, budget, isAdministrator }: Props) {
    const name = nameBudget(budget)
    const word = !budget.is_enabled ? 'stopped' : budget.use.allowed ? 'within limit' : 'used up'
    return (
        <li className="thing" data-budget={name}>
            <div className="thing-head">
                <strong>{name}</strong>
                <span className={`state is-${word === 'within limit' ? 'active' : word === 'stopped' ? 'revoked' : 'failed'}`}>{word}</span>
            </div>
            <BudgetUse budget={budget} />
            {isAdministrator && <BudgetActs teamId={teamId} budget={budget} name={name} />}
        </li>
    )
}

function BudgetUse({ budget }: { budget: Budget }) {
    const { use, unit } = budget
    const reached = budget.alerts.map((alert) => alert.threshold)
    return (
        <>
            <meter className="use" min={0} max={Number(budget.limit)} value={Number(use.used)} aria-label="Used of the limit" />
            <dl className="facts">
                <div>
                    <dt>Used</dt>
                    <dd data-fact="used"><Figure figure={formatAmount(use.used, unit)} isLowerBound={use.is_lower_bound} /></dd>
                </div>
                <div><dt>Left</dt><dd data-fact="remaining"><Figure figure={formatAmount(use.remaining, unit)} /></dd></div>
                <div><dt>Begins again</dt><dd><Moment at={use.resets_at} /></dd></div>
                <div><dt>Alerts at</dt><dd>{budget.thresholds.map((each) => `${String(each)}%${reached.includes(each) ? ' (reached)' : ''}`).join(', ') || 'none'}</dd></div>
            </dl>
        </>
    )
}

function BudgetActs({ teamId, budget, name }: { teamId: string; budget: Budget; name: string }) {
    const [act, setAct] = useState<'limit' | 'remove' | null>(null)
    const change = useChangeBudget(teamId)
    const remove = useRemoveBudget(teamId)
    const faults = useMemo(() => toFaults(change.error ?? remove.error, []), [change.error, remove.error])
    const close = () => { setAct(null) }
    if (act === 'limit') return <LimitForm teamId={teamId} budget={budget} onEnd={close} />
    if (act === 'remove') {
        return (
            <Confirm
                label={`Remove ${name}`}
                submit="Remove budget"
                isSending={remove.isPending}
                faults={faults}
                onSend={() => { remove.mutate(budget.id) }}
                onCancel={close}
            >
                <p>It goes with its alerts; nothing is limited by it any more.</p>
            </Confirm>
        )
    }
    const next = !budget.is_enabled
    return (
        <>
            <div className="form-end">
                <button type="button" aria-label={`Change ${name}`} onClick={() => { setAct('limit') }}>Change</button>
                <button
                    type="button"
                    aria-label={`${next ? 'Resume' : 'Stop'} ${name}`}
                    onClick={() => { change.mutate({ id: budget.id, body: { is_enabled: next } }) }}
                >
                    {next ? 'Resume' : 'Stop'}
                </button>
                <button type="button" aria-label={`Remove ${name}`} onClick={() => { setAct('remove') }}>Remove</button>
            </div>
            {faults[''] && <p className="note fault" role="alert">{faults['']}</p>}
        </>
    )
}
