import { THEMES, useTheme, type Theme } from '../shared/theme/theme'

const LABELS: Record<Theme, string> = { system: 'Auto', light: 'Light', dark: 'Dark' }

export function ThemeSwitch() {
    const [theme, setTheme] = useTheme()
    return (
        <label className="theme">
            <span className="unseen">Appearance</span>
            <select
                value={theme}
                onChange={(event) => { setTheme(THEMES.find((each) => each === event.target.value) ?? 'system') }}
            >
                {THEMES.map((each) => (
                    <option key={each} value={each}>
                        {LABELS[each]}
                    </option>
                ))}
            </select>
        </label>
    )
}
