/** To the minute, in UTC: alerts and gateways count whole hours there. */
export function nameMoment(moment: string): string {
    return `${new Date(moment).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

export function nameHour(hour: string): string {
    return new Date(hour).toISOString().slice(5, 13).replace('T', ' ') + 'h'
}
