import { useState } from 'react'
import { omit } from '../../shared/objects/omit'
import { exportAddress } from './api/generations'
import type { Question } from './question'
import { ORDERS, type GenerationsSearch, type Order } from './search'

interface Props {
    question: Question
    search: GenerationsSearch
    onChange: (search: GenerationsSearch) => void
}

/** Search, what narrows the list beside the shared filters, its order, and the list as a file. */
export function Toolbar({ question, search, onChange }: Props) {
    return (
        <div className="toolbar">
            {/* The box starts anew where the address changes by other means: back, a link. */}
            <IdSearch key={search.search ?? ''} {...{ search, onChange }} />
            <button
                type="button"
                aria-pressed={search.is_error === 'true'}
                className="toggle"
                onClick={() => {
                    onChange(search.is_error ? omit(search, 'is_error') : { ...search, is_error: 'true' })
                }}
            >
                Failed only
            </button>
            <FlagChips {...{ search, onChange }} />
            <label>
                <span className="unseen">Order</span>
                <select
                    value={question.order}
                    onChange={(event) => { onChange({ ...search, order: event.target.value as Order }) }}
                >
                    {Object.entries(ORDERS).map(([order, label]) => (
                        <option key={order} value={order}>{label}</option>
                    ))}
                </select>
            </label>
            <a className="button" href={exportAddress(question)} download>
                Download CSV
            </a>
        </div>
    )
}

type Part = Pick<Props, 'search' | 'onChange'>

function IdSearch({ search, onChange }: Part) {
    const [text, setText] = useState(search.search ?? '')
    return (
        <form
            role="search"
            className="id-search"
            onSubmit={(event) => {
                event.preventDefault()
                onChange({ ...omit(search, 'search'), ...(text.trim() && { search: text.trim() }) })
            }}
        >
            <input
                type="search"
                aria-label="Search by id"
                placeholder="Call, trace or session id, or its beginning and *"
                value={text}
                onChange={(event) => { setText(event.target.value) }}
            />
            <button type="submit">Search</button>
        </form>
    )
}

function FlagChips({ search, onChange }: Part) {
    const flags = search.flag ?? []
    if (flags.length === 0) return null
    return (
        <ul className="chips" aria-label="Flags">
            {flags.map((flag) => (
                <li key={flag} className="chip">
                    ⚑ {flag.replaceAll('_', ' ')}
                    <button
                        type="button"
                        aria-label={`Remove the filter ${flag.replaceAll('_', ' ')}`}
                        onClick={() => {
                            const kept = flags.filter((each) => each !== flag)
                            onChange({ ...omit(search, 'flag'), ...(kept.length > 0 && { flag: kept }) })
                        }}
                    >
                        ×
                    </button>
                </li>
            ))}
        </ul>
    )
}
