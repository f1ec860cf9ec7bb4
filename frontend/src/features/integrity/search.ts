import { validateSearch, type ScreenSearch } from '../../shared/filters/search'

export const ALERT_STATES = ['open', 'accepted', 'resolved', 'any'] as const
export type AlertStateChoice = (typeof ALERT_STATES)[number]

export interface IntegritySearch extends ScreenSearch {
    /** Which alerts are listed; undefined: the open ones. */
    alerts?: AlertStateChoice
    /** The one that is unfolded. */
    alert?: string
}

export function validateIntegritySearch(raw: Record<string, unknown>): IntegritySearch {
    const alerts = ALERT_STATES.find((each) => each === String(raw['alerts']))
    const alert = raw['alert'] === undefined ? undefined : String(raw['alert'])
    return { ...validateSearch(raw), ...(alerts && { alerts }), ...(alert && { alert }) }
}
