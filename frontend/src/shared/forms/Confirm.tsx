import { useEffect, useRef, type ReactNode } from 'react'
import { Form } from './Form'
import { NO_FAULTS, type Faults } from './faults'

interface Props {
    label: string
    submit: string
    isSending: boolean
    faults?: Faults
    onSend: (form: HTMLFormElement) => void
    onCancel: () => void
    children: ReactNode
}

/** Asks once more before what cannot be taken back; it takes the focus, and Escape leaves it. */
export function Confirm({ faults = NO_FAULTS, onCancel, children, ...form }: Props) {
    const box = useRef<HTMLDivElement>(null)
    useEffect(() => {
        box.current?.querySelector<HTMLElement>('input, button')?.focus()
    }, [])
    return (
        // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the key leaves what its controls are for
        <div ref={box} className="confirm" onKeyDown={(event) => { if (event.key === 'Escape') onCancel() }}>
            <Form faults={faults} onCancel={onCancel} {...form}>
                {children}
            </Form>
        </div>
    )
}
