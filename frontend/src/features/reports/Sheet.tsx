import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { definitionsQuery } from '../../shared/figures/definitions'
import { Figure } from '../../shared/figures/Figure'
import { exportAddress, FORMATS, type ReportFigures } from './api/reports'
import { formatReported, ROWS } from './figures'
import { Shares } from './Shares'

interface Props {
    title: string
    /** Name and value of what stands at its head. */
    heads: [string, ReactNode][]
    figures: ReportFigures
    /** First day, and the day after the last one, of the files. */
    span: { teamId: string; start: string; end: string }
    children?: ReactNode
}

const NAMES = { csv: 'CSV', json: 'JSON', parquet: 'Parquet', focus: 'FOCUS' }

/** One report as it is printed: what it is of, its figures with every digit and what each means. */
export function Sheet({ title, heads, figures, span, children }: Props) {
    return (
        <article className="panel sheet" aria-labelledby="sheet-title">
            <div className="panel-heading">
                <h2 id="sheet-title">{title}</h2>
                <div className="segments not-printed">
                    {FORMATS.map((format) => (
                        <a key={format} className="button" download href={exportAddress(span.teamId, format, span.start, span.end)}>
                            {NAMES[format]}<span className="unseen">: download these days</span>
                        </a>
                    ))}
                    <button type="button" onClick={() => { window.print() }}>Print</button>
                </div>
            </div>
            <dl className="heads">
                {heads.map(([name, value]) => (
                    <div key={name}>
                        <dt>{name}</dt>
                        <dd>{value}</dd>
                    </div>
                ))}
            </dl>
            <FigureTable figures={figures} />
            <div className="shares">
                <Shares title="By model" shares={figures.models} />
                <Shares title="By product" shares={figures.products} />
                <Shares title="By key" shares={figures.api_keys} />
            </div>
            {children}
        </article>
    )
}

function FigureTable({ figures }: { figures: ReportFigures }) {
    const definitions = useQuery(definitionsQuery).data ?? {}
    const isBound = figures.unpriced_calls > 0
    return (
        <table className="figures">
            <caption className="unseen">Figures of the report</caption>
            <thead>
                <tr>
                    <th scope="col">Figure</th>
                    <th scope="col" className="number">Value</th>
                    <th scope="col">What it means</th>
                </tr>
            </thead>
            <tbody>
                {ROWS.map(({ figure, label, kind, isPart }) => (
                    <tr key={figure}>
                        <th scope="row" className={isPart ? 'is-part' : undefined}>{label}</th>
                        <td className="number" data-figure={figure}>
                            <Figure
                                figure={formatReported(figures[figure], kind)}
                                isLowerBound={isBound && kind === 'usd' && figures[figure] !== null}
                            />
                        </td>
                        <td className="meaning">{definitions[figure]?.definition}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    )
}
