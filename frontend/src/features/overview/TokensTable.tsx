import { useState } from 'react'
import { Figure } from '../../shared/figures/Figure'
import { formatCount } from '../../shared/format/format'
import { WideTable } from '../../shared/tables/WideTable'
import { TOKEN_KINDS } from '../../shared/tokens/kinds'
import { isKnown, nameBucket, type Bucket, type Points } from './tokenKinds'

interface Props {
    points: Points
    timezone: string
    bucket: Bucket
}

/** The chart's bars as text; a long range has thousands of cells, which are made when they are asked for. */
export function TokensTable({ points, timezone, bucket }: Props) {
    const [isOpen, setIsOpen] = useState(false)
    return (
        <details className="definitions" onToggle={(event) => { setIsOpen(event.currentTarget.open) }}>
            <summary>The figures of each {bucket}</summary>
            {isOpen && (
                <WideTable label={`Tokens by kind, each ${bucket}`}>
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{bucket === 'week' ? 'Week from' : bucket === 'day' ? 'Day' : 'Hour from'}</th>
                                {TOKEN_KINDS.map(({ figure, label }) => (
                                    <th key={figure} scope="col" className="number">{label}</th>
                                ))}
                            </tr>
                        </thead>
                        <tbody>
                            {points.filter(isKnown).map(({ start, figures }) => (
                                <tr key={start}>
                                    <th scope="row" className="moment">{nameBucket(start, bucket, timezone)}</th>
                                    {TOKEN_KINDS.map(({ figure }) => (
                                        <td key={figure} className="number"><Figure figure={formatCount(figures[figure])} /></td>
                                    ))}
                                </tr>
                            ))}
                        </tbody>
                    </table>
                </WideTable>
            )}
        </details>
    )
}
