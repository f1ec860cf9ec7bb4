import type { ReactNode } from 'react'
import { EmptyNote } from '../states/states'
import type { Span } from '../time/range'

/** The figures of a range; one that ends before it begins is refused once, and not by each panel's request. */
export function OfRange({ span, children }: { span: Span; children: ReactNode }) {
    if (span.start < span.end) return children
    return <EmptyNote>A range that ends before it begins has no figures: choose other days.</EmptyNote>
}
