import { useMemo, useState } from 'react'
import { Confirm } from '../../../shared/forms/Confirm'
import { toFaults } from '../../../shared/forms/faults'
import { formatExactly } from '../../../shared/format/format'
import { useRemovePrice, type Price } from '../api/prices'
import { Moment } from '../Moment'
import { RATE_LABELS, RATES } from './rates'

interface Props {
    teamId: string
    prices: readonly Price[]
    isAdministrator: boolean
}

/** Rates to the digit; what is not set is a dash. */
export function PricesTable({ teamId, prices, isAdministrator }: Props) {
    const remove = useRemovePrice(teamId)
    const faults = useMemo(() => toFaults(remove.error, []), [remove.error])
    const [leaving, setLeaving] = useState<Price>()
    const keep = () => {
        setLeaving(undefined)
        remove.reset()
    }
    return (
        <>
            {/* A region that scrolls must be reached by keyboard, too. */}
            {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <div className="scroll" role="region" aria-labelledby="prices-title" tabIndex={0}>
                <table className="prices">
                    <caption className="unseen">The team’s own prices, in US dollars per million tokens</caption>
                    <thead>
                        <tr>
                            <th scope="col">Model</th>
                            <th scope="col">Provider</th>
                            <th scope="col">From</th>
                            {RATES.map((rate) => (
                                <th key={rate} scope="col" className="number" title="US dollars per million tokens">
                                    {RATE_LABELS[rate]}
                                </th>
                            ))}
                            {isAdministrator && <th scope="col"><span className="unseen">Acts</span></th>}
                        </tr>
                    </thead>
                    <tbody>
                        {prices.map((price) => (
                            <PriceRow
                                key={price.id}
                                price={price}
                                onRemove={isAdministrator ? () => { setLeaving(price) } : undefined}
                            />
                        ))}
                    </tbody>
                </table>
            </div>
            {leaving && (
                <Confirm
                    key={leaving.id}
                    label={`Remove the price of ${leaving.model_pattern}`}
                    submit="Remove the price"
                    isSending={remove.isPending}
                    faults={faults}
                    onSend={() => { remove.mutate(leaving.id, { onSuccess: keep }) }}
                    onCancel={keep}
                >
                    <p>
                        New calls of <strong>{leaving.model_pattern}</strong> are then priced by the lists of public prices,
                        if they know it. Stored calls keep their cost.
                    </p>
                </Confirm>
            )}
        </>
    )
}

function PriceRow({ price, onRemove }: { price: Price; onRemove: (() => void) | undefined }) {
    return (
        <tr data-price={price.model_pattern}>
            <th scope="row"><code>{price.model_pattern}</code></th>
            <td>{price.provider ?? 'any'}</td>
            <td>{price.valid_from ? <Moment at={price.valid_from} /> : 'ever'}</td>
            {RATES.map((rate) => {
                const usd = price.usd_per_mtok[rate]
                return (
                    <td key={rate} className="number" title={usd === null ? 'not set' : `$${formatExactly(usd)} per million tokens`}>
                        {usd === null ? '–' : `$${formatExactly(usd)}`}
                    </td>
                )
            })}
            {onRemove && (
                <td>
                    <button type="button" aria-label={`Remove the price of ${price.model_pattern}`} onClick={onRemove}>
                        Remove
                    </button>
                </td>
            )}
        </tr>
    )
}
