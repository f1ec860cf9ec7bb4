import { useMemo } from 'react'
import { readTexts, toFaults } from '../../../shared/forms/faults'
import { Field } from '../../../shared/forms/Field'
import { Form } from '../../../shared/forms/Form'
import { useCreateBudget } from '../api/budgets'
import type { Destination } from '../api/deliveries'
import { parseThresholds, UNIT_LABELS } from './budgetText'

const FIELDS = ['api_key_alias', 'period', 'unit', 'limit', 'thresholds', 'destination_id'] as const

export function BudgetForm({ teamId, destinations }: { teamId: string; destinations: readonly Destination[] }) {
    const create = useCreateBudget(teamId)
    const faults = useMemo(() => toFaults(create.error, FIELDS), [create.error])
    const send = (form: HTMLFormElement) => {
        const { thresholds, ...texts } = readTexts(form)
        create.mutate({ ...texts, thresholds: parseThresholds(thresholds) }, { onSuccess: () => { form.reset() } })
    }
    return (
        <Form label="New budget" faults={faults} isSending={create.isPending} submit="Make budget" onSend={send}>
            <h3>New budget</h3>
            <div className="form-row">
                <Field name="limit" label="Limit" hint="Above 0; whole for tokens." fault={faults['limit']}>
                    {(attributes) => <input type="text" inputMode="decimal" autoComplete="off" {...attributes} />}
                </Field>
                <Field name="unit" label="Of" fault={faults['unit']}>
                    {(attributes) => (
                        <select {...attributes}>
                            <option value="usd">{UNIT_LABELS.usd}</option>
                            <option value="tokens">{UNIT_LABELS.tokens}</option>
                        </select>
                    )}
                </Field>
                <Field name="period" label="In" fault={faults['period']}>
                    {(attributes) => (
                        <select {...attributes}>
                            <option value="monthly">A month</option>
                            <option value="daily">A day</option>
                        </select>
                    )}
                </Field>
                <Field name="api_key_alias" label="Key (optional)" hint="The gateway’s name of it; else the whole team." fault={faults['api_key_alias']}>
                    {(attributes) => <input type="text" autoComplete="off" {...attributes} />}
                </Field>
                <Field name="thresholds" label="Alert at (optional)" hint="Percents of the limit; else 50, 80, 100." fault={faults['thresholds']}>
                    {(attributes) => <input type="text" autoComplete="off" {...attributes} />}
                </Field>
                {destinations.length > 0 && (
                    <Field name="destination_id" label="Alerts go to (optional)" fault={faults['destination_id']}>
                        {(attributes) => (
                            <select {...attributes}>
                                <option value="">nowhere</option>
                                {destinations.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
                            </select>
                        )}
                    </Field>
                )}
            </div>
        </Form>
    )
}
