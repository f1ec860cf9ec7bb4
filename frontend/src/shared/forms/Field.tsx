import { useId, type ReactNode } from 'react'

/** What makes a control the field's own for screen readers. */
export interface ControlAttributes {
    id: string
    name: string
    'aria-describedby'?: string
    'aria-invalid'?: true
}

interface Props {
    name: string
    label: string
    hint?: ReactNode
    fault?: string | undefined
    children: (attributes: ControlAttributes) => ReactNode
}

/** One control with its name above, and what is wrong with its value below. */
export function Field({ name, label, hint, fault, children }: Props) {
    const id = useId()
    const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ')
    return (
        <div className="field">
            <label htmlFor={id}>{label}</label>
            {children({
                id,
                name,
                ...(described && { 'aria-describedby': described }),
                ...(fault && { 'aria-invalid': true as const }),
            })}
            {hint && (
                <p id={`${id}-hint`} className="hint">
                    {hint}
                </p>
            )}
            {fault && (
                <p id={`${id}-fault`} className="field-fault">
                    {fault}
                </p>
            )}
        </div>
    )
}
