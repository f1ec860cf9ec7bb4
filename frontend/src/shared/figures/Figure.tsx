import type { Formatted } from '../format/format'

interface Props {
    figure: Formatted
    /** Calls are missing to it: nobody priced or measured them. */
    isLowerBound?: boolean
}

/** One figure as shown; the exact one, or why there is none, on hover and for screen readers. */
export function Figure({ figure, isLowerBound = false }: Props) {
    const title = isLowerBound ? `at least ${figure.title}: some calls have no known price or usage` : figure.title
    return (
        <span className="figure" title={title}>
            <span aria-hidden="true">
                {isLowerBound && '≥ '}
                {figure.text}
            </span>
            <span className="unseen">{title}</span>
        </span>
    )
}
