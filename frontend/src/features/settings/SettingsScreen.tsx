import type { ReactNode } from 'react'
import '../../shared/forms/forms.css'
import { BudgetsSection } from './budgets/BudgetsSection'
import { DataSection } from './data/DataSection'
import { DeliverySection } from './delivery/DeliverySection'
import { GatewaysSection } from './gateways/GatewaysSection'
import { PricesSection } from './prices/PricesSection'
import type { Section, SectionProps } from './sections'
import './settings.css'

const BODIES: Record<Section, (props: SectionProps) => ReactNode> = {
    gateways: GatewaysSection,
    budgets: BudgetsSection,
    prices: PricesSection,
    delivery: DeliverySection,
    data: DataSection,
}

/** One part of a team's settings. */
export function SettingsScreen({ section, ...props }: SectionProps & { section: Section }) {
    const Body = BODIES[section]
    return (
        <div className="settings">
            {!props.isAdministrator && (
                <p className="note">You may look at these settings; owners and administrators may change them.</p>
            )}
            <Body key={section} {...props} />
        </div>
    )
}
