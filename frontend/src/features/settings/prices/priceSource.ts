/** Whose price a cost rests on, in words. */
export function sayPriceSource(source: string | null, priceName: string | null): string {
    const name = priceName ?? 'unnamed'
    switch (source) {
        case 'team_price':
            return `by this team’s own price of ${name}`
        case 'catalogue':
            return `by the price list’s ${name}`
        case 'provider':
            return 'as the usage itself states it: the provider’s own charge'
        case null:
            return 'Nobody knows a price: the cost is unknown, not zero.'
        default:
            return `by ${source}`
    }
}
