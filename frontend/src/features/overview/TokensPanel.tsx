import { lazy, memo, Suspense } from 'react'
import { Figure } from '../../shared/figures/Figure'
import { Term } from '../../shared/figures/Term'
import { formatCount } from '../../shared/format/format'
import { EmptyNote, ErrorNote, LoadingNote } from '../../shared/states/states'
import { useTokensOverTime } from './api/tokensOverTime'
import type { Question } from './question'
import type { Span } from '../../shared/time/range'
import { TOKEN_KINDS } from '../../shared/tokens/kinds'
import { isKnown, sumKind, type Points } from './tokenKinds'
import { TokensTable } from './TokensTable'

/** The chart library is not waited for by the first paint. */
const TokensChart = lazy(() => import('./TokensChart'))

const BUCKET_NAMES = { hour: 'hour', day: 'day', week: 'week', month: 'month' }

export const TokensPanel = memo(function TokensPanel({ question }: { question: Question }) {
    const series = useTokensOverTime(question)
    return (
        <section className="panel" aria-labelledby="tokens-title">
            <h2 id="tokens-title">Tokens by kind, each {BUCKET_NAMES[question.span.bucket]}</h2>
            <TokensBody series={series} span={question.span} />
        </section>
    )
})

function TokensBody({ series, span }: { series: ReturnType<typeof useTokensOverTime>; span: Span }) {
    if (series.isPending) return <LoadingNote what="tokens" lines={8} />
    if (series.isError) return <ErrorNote error={series.error} retry={() => { void series.refetch() }} />
    const points = series.data.series[0]?.points ?? []
    if (!points.some(isKnown)) {
        return <EmptyNote>No call of this range reported tokens.</EmptyNote>
    }
    return (
        <>
            <Suspense fallback={<LoadingNote what="the chart" lines={8} />}>
                <TokensChart points={points} timezone={span.timezone} bucket={span.bucket} />
            </Suspense>
            <Legend points={points} />
            <TokensTable points={points} timezone={span.timezone} bucket={span.bucket} />
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
