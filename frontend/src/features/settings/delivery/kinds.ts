import type { Destination } from '../api/deliveries'

export type Kind = Destination['kind']

export const KINDS: Kind[] = ['webhook', 'posthog', 'email']

export const KIND_LABELS: Record<Kind, string> = {
    webhook: 'Webhook, signed',
    posthog: 'PostHog, as an event',
    email: 'E-mail',
}

export const ADDRESS_HINTS: Record<Kind, string> = {
    webhook: 'Its URL, https://…',
    posthog: 'The instance, https://HOST',
    email: 'One address',
}
