import { useEffect, useState } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'theme'

function readTheme(): Theme {
    const kept = localStorage.getItem(KEY)
    return THEMES.find((theme) => theme === kept) ?? 'system'
}

/** The visitor's choice, kept in this browser; `system` follows the browser's own. */
export function useTheme(): [Theme, (theme: Theme) => void] {
    const [theme, setTheme] = useState(readTheme)
    useEffect(() => {
        localStorage.setItem(KEY, theme)
        document.documentElement.dataset['theme'] = theme
    }, [theme])
    return [theme, setTheme]
}
