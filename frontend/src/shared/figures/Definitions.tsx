import { useQuery } from '@tanstack/react-query'
import { definitionsQuery } from './definitions'

interface Props {
    /** Names of figures of the API; those without a definition are left out. */
    figures: readonly string[]
    title?: string
    isOpen?: boolean
}

/** What several figures mean, one press away, in the server's own words. */
export function Definitions({ figures, title = 'What the figures mean', isOpen = false }: Props) {
    const definitions = useQuery(definitionsQuery).data ?? {}
    const known = figures.filter((figure) => definitions[figure])
    if (known.length === 0) return null
    return (
        <details className="definitions" open={isOpen}>
            <summary>{title}</summary>
            <dl>
                {known.map((figure) => (
                    <div key={figure}>
                        <dt>{definitions[figure]?.label}</dt>
                        <dd>{definitions[figure]?.definition}</dd>
                    </div>
                ))}
            </dl>
        </details>
    )
}
