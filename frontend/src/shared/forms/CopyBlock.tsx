import { useRef, useState } from 'react'
import './copy.css'

type State = 'idle' | 'copied' | 'selected'

const WORDS: Record<State, string> = { idle: 'Copy', copied: 'Copied ✓', selected: 'Press Ctrl+C' }

/** Text to be taken elsewhere. Browsers open the clipboard to safe addresses alone; elsewhere the text is selected. */
export function CopyBlock({ label, text }: { label: string; text: string }) {
    const block = useRef<HTMLPreElement>(null)
    const [state, setState] = useState<State>('idle')
    const select = () => {
        if (block.current) window.getSelection()?.selectAllChildren(block.current)
        setState('selected')
    }
    const copy = () => {
        if (!('clipboard' in navigator)) select()
        else void navigator.clipboard.writeText(text).then(() => { setState('copied') }, select)
    }
    return (
        <div className="copy">
            {/* What may scroll must be reached by keyboard, too. */}
            {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <pre ref={block} aria-label={label} tabIndex={0}>
                {text}
            </pre>
            <button type="button" aria-label={`Copy: ${label}`} onClick={copy}>
                {WORDS[state]}
            </button>
            <span className="unseen" role="status">
                {state !== 'idle' && WORDS[state]}
            </span>
        </div>
    )
}
