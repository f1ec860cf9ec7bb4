import type { BreakdownSearch, Crumb } from './search'

/** The way from all teams down to here; every step but the last leads back. */
export function Crumbs({ crumbs, onGo }: { crumbs: Crumb[]; onGo: (search: BreakdownSearch) => void }) {
    return (
        <nav aria-label="Breadcrumbs">
            <ol className="crumbs">
                {crumbs.map(({ label, search }) => (
                    <li key={label}>
                        {search ? (
                            <button type="button" className="pick" onClick={() => { onGo(search) }}>
                                {label}
                            </button>
                        ) : (
                            <span aria-current="page">{label}</span>
                        )}
                    </li>
                ))}
            </ol>
        </nav>
    )
}
