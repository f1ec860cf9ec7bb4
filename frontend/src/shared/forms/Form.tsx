import { useEffect, useRef, type ReactNode } from 'react'
import type { Faults } from './faults'

interface Props {
    /** For screen readers; what the form is for. */
    label: string
    faults: Faults
    isSending: boolean
    /** What the button says; while it is at work it cannot be pressed again. */
    submit: string
    onSend: (form: HTMLFormElement) => void
    onCancel?: () => void
    /** Beside the buttons: what became of it. */
    outcome?: ReactNode
    children?: ReactNode
}

/** Leaves the rules to the API; when it refuses, the first field that is wrong gets the focus. */
export function Form({ label, faults, isSending, submit, onSend, onCancel, outcome, children }: Props) {
    const form = useRef<HTMLFormElement>(null)
    useEffect(() => {
        form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
    }, [faults])
    return (
        <form
            ref={form}
            className="form"
            aria-label={label}
            noValidate
            onSubmit={(event) => {
                event.preventDefault()
                if (!isSending) onSend(event.currentTarget)
            }}
        >
            {children}
            {faults[''] && (
                <p className="note fault" role="alert">
                    {faults['']}
                </p>
            )}
            <div className="form-end">
                <button type="submit" className="primary" aria-disabled={isSending}>
                    {submit}
                </button>
                {onCancel && (
                    <button type="button" onClick={onCancel}>
                        Cancel
                    </button>
                )}
                {outcome}
            </div>
        </form>
    )
}
