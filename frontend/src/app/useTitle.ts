import { useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'

/** Names tab, history and bookmark, and tells a screen reader where it is: `Traces – Team Alpha – LLM Analytics`. */
export function useTitle(team: string | undefined): void {
    const screen = useLocation({ select: ({ pathname }) => pathname.split('/')[3] ?? '' })
    useEffect(() => {
        const name = screen.slice(0, 1).toUpperCase() + screen.slice(1)
        document.title = [name, team, 'LLM Analytics'].filter(Boolean).join(' – ')
    }, [screen, team])
}
