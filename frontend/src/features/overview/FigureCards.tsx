import { Figure } from '../../shared/figures/Figure'
import { Term } from '../../shared/figures/Term'
import { formatChange, formatCount, formatShare, formatUsd, NOT_REPORTED, type Formatted } from '../../shared/format/format'
import type { Schemas } from '../../shared/api/client'
import type { OverviewAnswer } from './api/overview'

type Figures = Schemas['FiguresAnswer']

interface Card {
    figure: keyof Schemas['ChangesAnswer'] & keyof Figures
    label: string
    format: (figures: Figures) => Formatted
}

const CARDS: Card[] = [
    { figure: 'total_cost_usd', label: 'Cost', format: (figures) => formatUsd(figures.total_cost_usd) },
    { figure: 'total_tokens', label: 'Tokens', format: (figures) => formatCount(figures.total_tokens) },
    { figure: 'calls', label: 'Calls', format: (figures) => formatCount(figures.calls, 'calls') },
    { figure: 'cache_hit_rate', label: 'Cache-hit rate', format: (figures) => formatShare(figures.cache_hit_rate) },
    { figure: 'saved_cache_cost_usd', label: 'Saved by caching', format: (figures) => formatUsd(figures.saved_cache_cost_usd) },
    { figure: 'error_rate', label: 'Error rate', format: (figures) => formatShare(figures.error_rate) },
]

/** The range's figures, each against the period of the same length before. */
export function FigureCards({ answer }: { answer: OverviewAnswer }) {
    return (
        <dl className="cards">
            {CARDS.map((card) => (
                <FigureCard key={card.figure} card={card} answer={answer} />
            ))}
        </dl>
    )
}

/** Without a call there is no provider that did not report. */
function format(card: Card, figures: Figures): Formatted {
    const figure = card.format(figures)
    return figure === NOT_REPORTED && figures.calls === 0 ? { ...figure, title: 'there were no calls' } : figure
}

function FigureCard({ card, answer }: { card: Card; answer: OverviewAnswer }) {
    const change = formatChange(answer.changes[card.figure])
    const [now, before] = [format(card, answer.current), format(card, answer.previous)]
    return (
        <div className="card">
            <dt>
                <Term figure={card.figure} label={card.label} />
            </dt>
            <dd data-figure={card.figure}>
                <Figure
                    figure={now}
                    isLowerBound={answer.current.lower_bounds.includes(card.figure)}
                />
            </dd>
            <dd className="change">
                {answer.changes[card.figure] === null ? (
                    <span title={change.title}>no comparison</span>
                ) : (
                    <>
                        <span title={change.title}>{change.text}</span> from{' '}
                        <span title={`${before.title}, in the period before`}>{before.text}</span>
                    </>
                )}
            </dd>
        </div>
    )
}
