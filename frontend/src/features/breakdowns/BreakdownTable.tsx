import { Figure } from '../../shared/figures/Figure'
import { WideTable } from '../../shared/tables/WideTable'
import { LINE_LABELS, nameOthers, type Dimension, type Line, type Lines } from '../../shared/usage/lines'
import { COLUMNS, FIGURES, shareOf, type FigureName, type LineFigures } from './columns'

interface Props {
    dimension: Dimension
    sort: FigureName
    breakdown: Lines<FigureName>
    onSort: (sort: FigureName) => void
    onPick: (value: string) => void
}

/** One dimension's lines and their total; a press on a heading sorts by its figure, the largest first. */
export function BreakdownTable({ dimension, sort, breakdown, onSort, onPick }: Props) {
    const label = LINE_LABELS[dimension]
    const most = Math.max(...breakdown.lines.map((line) => Number(line.figures[sort] ?? 0)))
    return (
        <WideTable label={`Usage by ${label.toLowerCase()}`}>
            <table className="breakdown">
                <caption className="unseen">
                    Usage by {label.toLowerCase()}, sorted by {COLUMNS[sort].label.toLowerCase()}, the largest first
                </caption>
                <thead>
                    <tr>
                        <th scope="col">{label}</th>
                        {FIGURES.map((name) => (
                            <SortHeading key={name} name={name} isSorted={name === sort} onSort={onSort} />
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {breakdown.lines.map((line) => (
                        <tr key={line.isOthers ? 'others' : `=${line.value}`}>
                            <th scope="row">
                                <LineName line={line} dimension={dimension} onPick={onPick} />
                                <meter
                                    className="share"
                                    min={0}
                                    max={1}
                                    value={line.isOthers ? 0 : shareOf(line.figures, sort, most)}
                                    aria-hidden="true"
                                />
                            </th>
                            <FigureCells figures={line.figures} sort={sort} />
                        </tr>
                    ))}
                </tbody>
                <tfoot>
                    <tr>
                        <th scope="row">All together</th>
                        <FigureCells figures={breakdown.total} sort={sort} />
                    </tr>
                </tfoot>
            </table>
        </WideTable>
    )
}

function SortHeading({ name, isSorted, onSort }: { name: FigureName; isSorted: boolean; onSort: Props['onSort'] }) {
    return (
        <th scope="col" className="number" aria-sort={isSorted ? 'descending' : undefined}>
            <button type="button" className="sort" onClick={() => { onSort(name) }}>
                {COLUMNS[name].label}
                <span className="sort-mark" aria-hidden="true">{isSorted ? '▼' : ''}</span>
            </button>
        </th>
    )
}

function FigureCells({ figures, sort }: { figures: LineFigures; sort: FigureName }) {
    return FIGURES.map((name) => (
        <td key={name} className={name === sort ? 'number is-sorted' : 'number'} data-figure={name}>
            <Figure figure={COLUMNS[name].format(figures)} isLowerBound={figures.lower_bounds.includes(name)} />
        </td>
    ))
}

function LineName({ line, dimension, onPick }: { line: Line } & Pick<Props, 'dimension' | 'onPick'>) {
    if (line.isOthers) return <span>{nameOthers(line)}</span>
    const title = dimension === 'team' ? 'Go to this team' : 'Only these calls, by the next property'
    return (
        <button type="button" className="pick" title={title} onClick={() => { onPick(line.value) }}>
            {line.name || <em>none named</em>}
        </button>
    )
}
