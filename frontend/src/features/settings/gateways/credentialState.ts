import type { Credential } from '../api/credentials'

export interface CredentialState {
    word: 'active' | 'revoked' | 'expired'
    isOpen: boolean
    /** Until when the token before the last rotation opens; null: it does not. */
    overlapUntil: string | null
}

export function readState(credential: Credential, now: Date): CredentialState {
    const isRevoked = credential.revoked_at !== null
    const isExpired = isPast(credential.expires_at, now)
    const isOpen = !isRevoked && !isExpired
    const until = credential.previous_valid_until
    return {
        word: isRevoked ? 'revoked' : isExpired ? 'expired' : 'active',
        isOpen,
        overlapUntil: isOpen && until !== null && !isPast(until, now) ? until : null,
    }
}

function isPast(moment: string | null, now: Date): boolean {
    return moment !== null && new Date(moment) <= now
}
