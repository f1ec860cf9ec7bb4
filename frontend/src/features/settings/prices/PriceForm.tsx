import { useMemo } from 'react'
import { readTexts, toFaults } from '../../../shared/forms/faults'
import { Field } from '../../../shared/forms/Field'
import { Form } from '../../../shared/forms/Form'
import { useSetPrice, type PriceBody } from '../api/prices'
import { RATE_LABELS, RATES, type Rate } from './rates'

const FIELDS = ['model_pattern', 'provider', 'valid_from', ...RATES.map((rate) => `usd_per_mtok.${rate}`)]

export function PriceForm({ teamId }: { teamId: string }) {
    const set = useSetPrice(teamId)
    const faults = useMemo(() => toFaults(set.error, FIELDS), [set.error])
    const send = (form: HTMLFormElement) => { set.mutate(readPrice(form), { onSuccess: () => { form.reset() } }) }
    return (
        <Form label="Set a price" faults={faults} isSending={set.isPending} submit="Set price" onSend={send}>
            <h3>Set a price</h3>
            <div className="form-row">
                <Field name="model_pattern" label="Model" hint="Its whole name; * stands for any characters." fault={faults['model_pattern']}>
                    {(attributes) => <input type="text" maxLength={300} autoComplete="off" spellCheck={false} {...attributes} />}
                </Field>
                <Field name="provider" label="Provider (optional)" hint="Else every one." fault={faults['provider']}>
                    {(attributes) => <input type="text" maxLength={100} autoComplete="off" {...attributes} />}
                </Field>
                <Field name="valid_from" label="From (optional)" hint="00:00 UTC of that day; else since ever." fault={faults['valid_from']}>
                    {(attributes) => <input type="date" {...attributes} />}
                </Field>
            </div>
            <fieldset>
                <legend>US dollars per million tokens</legend>
                <p className="hint">Input and output are needed; what else is left empty follows from them and the lists.</p>
                <div className="form-row rates">
                    {RATES.map((rate) => <RateField key={rate} rate={rate} fault={faults[`usd_per_mtok.${rate}`]} />)}
                </div>
            </fieldset>
        </Form>
    )
}

function RateField({ rate, fault }: { rate: Rate; fault: string | undefined }) {
    return (
        <Field name={`usd_per_mtok.${rate}`} label={RATE_LABELS[rate]} fault={fault}>
            {(attributes) => <input type="text" inputMode="decimal" autoComplete="off" {...attributes} />}
        </Field>
    )
}

/** As the API takes it: a day is its midnight, and what is left empty is left out. */
function readPrice(form: HTMLFormElement): PriceBody {
    const texts = readTexts(form)
    const rates = RATES.flatMap((rate) => {
        const usd = texts[`usd_per_mtok.${rate}`]
        return usd === undefined ? [] : [[rate, usd] as const]
    })
    return {
        model_pattern: texts['model_pattern'],
        provider: texts['provider'],
        valid_from: texts['valid_from'] && `${texts['valid_from']}T00:00:00Z`,
        usd_per_mtok: Object.fromEntries(rates),
    }
}
