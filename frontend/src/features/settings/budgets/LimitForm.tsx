import { useMemo } from 'react'
import { Confirm } from '../../../shared/forms/Confirm'
import { readTexts, toFaults } from '../../../shared/forms/faults'
import { Field } from '../../../shared/forms/Field'
import { useChangeBudget, type Budget } from '../api/budgets'
import { nameBudget, parseThresholds } from './budgetText'

const FIELDS = ['limit', 'thresholds'] as const

export function LimitForm({ teamId, budget, onEnd }: { teamId: string; budget: Budget; onEnd: () => void }) {
    const change = useChangeBudget(teamId)
    const faults = useMemo(() => toFaults(change.error, FIELDS), [change.error])
    const send = (form: HTMLFormElement) => {
        const { limit, thresholds } = readTexts(form)
        const body = { limit: limit ?? '', thresholds: parseThresholds(thresholds ?? '') }
        change.mutate({ id: budget.id, body }, { onSuccess: onEnd })
    }
    return (
        <Confirm
            label={`Change ${nameBudget(budget)}`}
            submit="Save budget"
            isSending={change.isPending}
            faults={faults}
            onSend={send}
            onCancel={onEnd}
        >
            <div className="form-row">
                <Field name="limit" label="Limit" fault={faults['limit']}>
                    {(attributes) => (
                        <input type="text" inputMode="decimal" autoComplete="off" defaultValue={budget.limit} {...attributes} />
                    )}
                </Field>
                <Field name="thresholds" label="Alert at" hint="Percents of the limit." fault={faults['thresholds']}>
                    {(attributes) => (
                        <input type="text" autoComplete="off" defaultValue={budget.thresholds.join(', ')} {...attributes} />
                    )}
                </Field>
            </div>
        </Confirm>
    )
}
