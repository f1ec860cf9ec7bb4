import { formatCount, formatUsd, type Formatted } from '../../../shared/format/format'
import type { Budget } from '../api/budgets'

type Unit = Budget['unit']

export const PERIOD_LABELS: Record<Budget['period'], string> = { daily: 'a day', monthly: 'a month' }
export const UNIT_LABELS: Record<Unit, string> = { usd: 'US dollars', tokens: 'Tokens' }

/** An amount in the budget's unit; tokens come as whole numbers. */
export function formatAmount(amount: string, unit: Unit): Formatted {
    return unit === 'usd' ? formatUsd(amount) : formatCount(Number(amount))
}

export function nameBudget(budget: Budget): string {
    const who = budget.api_key_alias === null ? 'The whole team' : `Key ${budget.api_key_alias || '(without a name)'}`
    return `${who}, ${formatAmount(budget.limit, budget.unit).text}${budget.unit === 'tokens' ? ' tokens' : ''} ${PERIOD_LABELS[budget.period]}`
}

/** "50, 80" → percents; what is no number stays as it was typed, for the API to name. */
export function parseThresholds(text: string | undefined): (number | string)[] | undefined {
    const parts = text?.split(/[\s,;%]+/).filter(Boolean)
    return parts?.map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}
