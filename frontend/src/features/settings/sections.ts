/** The parts of the settings, each with an address of its own. */
export const SECTIONS = ['gateways', 'budgets', 'prices', 'delivery', 'data'] as const
export type Section = (typeof SECTIONS)[number]

/** What every part is given. */
export interface SectionProps {
    teamId: string
    /** Whether the visitor may change things; the API decides again at each act. */
    isAdministrator: boolean
    /** Where one call is explained. */
    callHref: (uuid: string) => string
}

export const SECTION_LABELS: Record<Section, string> = {
    gateways: 'Gateways',
    budgets: 'Budgets',
    prices: 'Prices',
    delivery: 'Report delivery',
    data: 'Data and days',
}

/** The first one where the address names none, undefined where it names one that there is not. */
export function findSection(name: string | undefined): Section | undefined {
    return name === undefined ? SECTIONS[0] : SECTIONS.find((section) => section === name)
}
