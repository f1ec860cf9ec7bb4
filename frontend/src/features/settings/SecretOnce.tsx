import { useEffect, useRef, type ReactNode } from 'react'
import { CopyBlock } from '../../shared/forms/CopyBlock'

interface Props {
    label: string
    secret: string
    onDone: () => void
    /** A second secret that was made with it. */
    children?: ReactNode
}

/** A secret right after it was made: it is nowhere else, and gone when the visitor leaves. It takes the focus. */
export function SecretOnce({ label, secret, onDone, children }: Props) {
    const heading = useRef<HTMLHeadingElement>(null)
    useEffect(() => { heading.current?.focus() }, [])
    return (
        <div className="secret">
            <h3 ref={heading} tabIndex={-1}>{label}</h3>
            <p>It is shown this once. Store it where the other side reads it; nobody can look it up again.</p>
            <CopyBlock label={label} text={secret} />
            {children}
            <div className="form-end">
                <button type="button" onClick={onDone}>I have stored it</button>
            </div>
        </div>
    )
}
