import './tables.css'

interface Props {
    /** Of the region that scrolls; its table's caption may say more. */
    label: string
    className?: string
    ref?: React.Ref<HTMLDivElement>
    children: React.ReactNode
}

/**
 * The box of a table with more columns than a small screen has room for.
 *
 * It scrolls sideways beside its first column, with a shadow on the side where there is more. It can be scrolled by
 * keyboard, so it has a name and a place in the order. What is `wide-only` has its place in the first column instead
 * on a phone, in an element that is `narrow-only`: the figures come right after the name.
 */
export function WideTable({ label, className = '', ref, children }: Props) {
    return (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div ref={ref} className={`scroll wide ${className}`} role="region" aria-label={label} tabIndex={0}>
            {children}
        </div>
    )
}
