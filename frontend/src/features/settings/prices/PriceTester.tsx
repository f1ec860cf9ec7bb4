import { useMemo, useState } from 'react'
import { readTexts, toFaults, type Faults } from '../../../shared/forms/faults'
import { Field } from '../../../shared/forms/Field'
import { Form } from '../../../shared/forms/Form'
import { formatUsd } from '../../../shared/format/format'
import { useTryPrice, type Trial } from '../api/prices'
import { sayPriceSource } from './priceSource'
import { TrialResult } from './TrialResult'
import { parseUsage } from './usageText'

const FIELDS = ['model', 'provider', 'usage'] as const
const EXAMPLE = `{
  "input_tokens": 1200,
  "cache_read_input_tokens": 800,
  "output_tokens": 350
}`

/** What would this model and usage cost, and why? */
export function PriceTester({ teamId }: { teamId: string }) {
    const trial = useTryPrice(teamId)
    const [ownFaults, setOwnFaults] = useState<Faults | null>(null)
    const faults = useMemo(() => ownFaults ?? toFaults(trial.error, FIELDS), [ownFaults, trial.error])
    const send = (form: HTMLFormElement) => {
        const texts = readTexts(form)
        const parsed = parseUsage(texts['usage'] ?? '')
        if ('fault' in parsed) {
            setOwnFaults({ usage: parsed.fault })
            trial.reset()
            return
        }
        setOwnFaults(null)
        trial.mutate({ model: texts['model'], provider: texts['provider'], usage: parsed.usage })
    }
    return (
        <section className="panel" aria-labelledby="tester-title">
            <h2 id="tester-title">What would this cost, and why?</h2>
            <Form label="Price tester" faults={faults} isSending={trial.isPending} submit="Work it out" onSend={send}>
                <div className="form-row">
                    <Field name="model" label="Model" fault={faults['model']}>
                        {(attributes) => (
                            <input type="text" maxLength={300} autoComplete="off" spellCheck={false} defaultValue="claude-sonnet-4-5" {...attributes} />
                        )}
                    </Field>
                    <Field name="provider" label="Provider (optional)" fault={faults['provider']}>
                        {(attributes) => <input type="text" maxLength={100} autoComplete="off" spellCheck={false} defaultValue="anthropic" {...attributes} />}
                    </Field>
                </div>
                <Field name="usage" label="Usage, as JSON" hint="As the provider sends it, or the whole answer around it." fault={faults['usage']}>
                    {(attributes) => <textarea rows={7} spellCheck={false} defaultValue={EXAMPLE} {...attributes} />}
                </Field>
            </Form>
            <p className="unseen" role="status">
                {trial.data && sayTotal(trial.data)}
            </p>
            {trial.data && <TrialResult trial={trial.data} />}
        </section>
    )
}

/** The result in one sentence, for those who hear it come. */
function sayTotal({ costs }: Trial): string {
    const total = costs.columns['total_cost_usd'] ?? null
    const source = sayPriceSource(costs.source, costs.price_name)
    return total === null ? source : `${formatUsd(total).title}, ${source}`
}
