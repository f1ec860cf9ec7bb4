import { lazy, Suspense } from 'react'
import { Figure } from '../../shared/figures/Figure'
import { Term } from '../../shared/figures/Term'
import { formatCount } from '../../shared/format/format'
import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import { useTokensOverTime } from './api/tokensOverTime'
import type { Question } from './question'
import { TOKEN_KINDS } from '../../shared/tokens/kinds'
import { sumKind, type Points } from './tokenKinds'

/** The chart library is not waited for by the first paint. */
const TokensChart = lazy(() => import('./TokensChart'))

const BUCKET_NAMES = { hour: 'hour', day: 'day', week: 'week', month: 'month' }

export function TokensPanel({ question }: { question: Question }) {
    const series = useTokensOverTime(question)
    return (
        <section className="panel" aria-labelledby="tokens-title">
            <h2 id="tokens-title">Tokens by kind, each {BUCKET_NAMES[question.span.bucket]}</h2>
            <TokensBody series={series} timezone={question.span.timezone} />
        </section>
    )
}

function TokensBody({ series, timezone }: { series: ReturnType<typeof useTokensOverTime>; timezone: string }) {
    if (series.isPending) return <LoadingNote what="tokens" lines={8} />
    if (series.isError) return <ErrorNote error={series.error} retry={() => { void series.refetch() }} />
    const points = series.data.series[0]?.points ?? []
    if (!TOKEN_KINDS.some(({ figure }) => sumKind(points, figure) !== null)) {
        return <EmptyNote>No call of this range reported tokens.</EmptyNote>
    }
    return (
        <>
            <Suspense fallback={<LoadingNote what="the chart" lines={8} />}>
                <TokensChart points={points} timezone={timezone} />
            </Suspense>
            <Legend points={points} />
        </>
    )
}

/** Names the colours and gives each kind's exact sum. */
function Legend({ points }: { points: Points }) {
    return (
        <dl className="legend">
            {TOKEN_KINDS.map(({ figure, label, color }) => (
                <div key={figure}>
                    <dt>
                        <span className={`swatch ${color.slice(2)}`} />
                        <Term figure={figure} label={label} />
                    </dt>
                    <dd>
                        <Figure figure={formatCount(sumKind(points, figure))} />
                    </dd>
                </div>
            ))}
        </dl>
    )
}
