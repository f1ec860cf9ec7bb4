import { Figure } from '../../shared/figures/Figure'
import { formatCount } from '../../shared/format/format'
import { EmptyNote } from '../../shared/states/states'
import { WideTable } from '../../shared/tables/WideTable'
import type { Reporting } from './api/integrity'
import { listFields, nameField, tellCell, type Field } from './reporting'

const BASES = { learned: 'usual in two weeks', previous: 'in the range before' }

/** Provider and model by count: the share of calls that report it, against what is usual for the model. */
export function Matrix({ reporting }: { reporting: readonly Reporting[] }) {
    if (reporting.length === 0) return <EmptyNote>No calls in this range.</EmptyNote>
    const fields = listFields(reporting)
    return (
        <>
            <WideTable label="Reported counts">
                <table className="matrix">
                    <caption className="unseen">Share of calls that report each count, by provider and model</caption>
                    <thead>
                        <tr>
                            <th scope="col">Provider and model</th>
                            <th scope="col" className="number">Calls</th>
                            {fields.map((field) => (
                                <th key={field} scope="col" className="number">{nameField(field)}</th>
                            ))}
                        </tr>
                    </thead>
                    <tbody>
                        {reporting.map((line) => (
                            <Line key={`${line.provider ?? ''} ${line.model ?? ''}`} line={line} fields={fields} />
                        ))}
                    </tbody>
                </table>
            </WideTable>
            <p className="faint">
                ▼ and ▲: at least ten points less or more than usual. Usual is what the checks learned in two weeks, or,
                where they learned nothing yet, the range of the same length before.
            </p>
        </>
    )
}

function Line({ line, fields }: { line: Reporting; fields: Field[] }) {
    const { basis, calls } = line.usual
    return (
        <tr>
            <th scope="row">
                <span className="name">{line.model ?? <em>no model</em>}</span>
                <span className="faint under">{line.provider ?? 'no provider'}</span>
            </th>
            <td className="number">
                <Figure figure={formatCount(line.calls, 'calls')} />
                <span className="faint under">{basis ? <span title={BASES[basis]}>of {formatCount(calls, 'calls').text}</span> : 'new'}</span>
            </td>
            {fields.map((field) => (
                <Cell key={field} line={line} field={field} />
            ))}
        </tr>
    )
}

function Cell({ line, field }: { line: Reporting; field: Field }) {
    const { now, usual, direction, title } = tellCell(line, field)
    const marks = { less: '▼', more: '▲', same: '' }
    return (
        <td className={`number is-${direction}`} data-count={field} title={title}>
            <span className="share-now">{marks[direction] && <span aria-hidden="true">{marks[direction]} </span>}{now}</span>
            <span className="faint under" aria-hidden="true">{usual}</span>
            <span className="unseen">{title}</span>
        </td>
    )
}
