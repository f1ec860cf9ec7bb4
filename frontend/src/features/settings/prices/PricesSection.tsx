import { EmptyNote, ErrorNote, LoadingNote } from '../../../shared/states/states'
import { usePrices } from '../api/prices'
import type { SectionProps } from '../sections'
import { PriceForm } from './PriceForm'
import { PricesTable } from './PricesTable'
import { PriceTester } from './PriceTester'

/** What the team pays where no list says it, and what a usage would cost. */
export function PricesSection({ teamId, isAdministrator }: SectionProps) {
    return (
        <>
            <PriceTester teamId={teamId} />
            <section className="panel" aria-labelledby="prices-title">
                <h2 id="prices-title">The team’s own prices</h2>
                <p className="hint">
                    They go before the price lists, for calls from now on; stored calls keep their cost until history is
                    derived again.
                </p>
                <PriceList teamId={teamId} isAdministrator={isAdministrator} />
                {isAdministrator && <PriceForm teamId={teamId} />}
            </section>
        </>
    )
}

function PriceList({ teamId, isAdministrator }: { teamId: string; isAdministrator: boolean }) {
    const prices = usePrices(teamId)
    if (prices.isPending) return <LoadingNote what="the prices" />
    if (prices.isError) return <ErrorNote error={prices.error} retry={() => { void prices.refetch() }} />
    if (prices.data.prices.length === 0) {
        return <EmptyNote>None: calls are priced by the gateway, the provider or the price lists.</EmptyNote>
    }
    return <PricesTable teamId={teamId} prices={prices.data.prices} isAdministrator={isAdministrator} />
}
