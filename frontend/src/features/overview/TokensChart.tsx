import './language'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatCount } from '../../shared/format/format'
import { TOKEN_KINDS } from '../../shared/tokens/kinds'
import { isKnown, stack, tellPoint, type Bucket, type Points } from './tokenKinds'

const HEIGHT_PX = 240
const DAY_S = 86_400
/** Between two labels, no less than a bar's day or week, whose hours mean nothing; uPlot takes 30 days for a month. */
const STEPS_S: Record<Bucket, number[]> = {
    hour: [1, 2, 3, 6, 12, 24, 48, 168].map((hours) => hours * 3600),
    day: [1, 2, 3, 5, 7, 10, 15, 30, 60, 90].map((days) => days * DAY_S),
    week: [7, 15, 30, 60, 90].map((days) => days * DAY_S),
}

interface Props {
    points: Points
    timezone: string
    bucket: Bucket
}

/** Tokens by kind as stacked bars, exact on hover; `TokensTable` has the same figures as text. */
export default function TokensChart({ points, timezone, bucket }: Props) {
    const box = useRef<HTMLDivElement>(null)
    useEffect(() => {
        const element = box.current
        if (!element) return
        let plot = draw(element, { points, timezone, bucket })
        const redraw = () => {
            plot.destroy()
            plot = draw(element, { points, timezone, bucket })
        }
        const resizes = new ResizeObserver(() => { plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }) })
        // Colours are read when they are drawn.
        const themes = new MutationObserver(redraw)
        resizes.observe(element)
        themes.observe(document.documentElement, { attributeFilter: ['data-theme'] })
        return () => {
            resizes.disconnect()
            themes.disconnect()
            plot.destroy()
        }
    }, [points, timezone, bucket])
    return <div ref={box} className="chart" role="img" aria-label="Tokens over time by kind; the table below has the figures" />
}

function draw(element: HTMLElement, { points, timezone, bucket }: Props): uPlot {
    const color = (name: string) => getComputedStyle(element).getPropertyValue(name).trim()
    const axis = { stroke: color('--faint'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } }
    const starts = points.map((point) => Date.parse(point.start) / 1000)
    // The tallest first, so that each lower kind covers its part of it.
    const kinds = TOKEN_KINDS.map((kind, index) => ({ ...kind, edge: stack(points)[index] ?? [] })).reverse()
    const bars = uPlot.paths.bars?.({ size: [0.7, 48], align: 0 })
    const options: uPlot.Options = {
        width: element.clientWidth,
        height: HEIGHT_PX,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), timezone),
        cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
        hooks: {
            setCursor: [
                ({ over, cursor }) => {
                    const point = points[cursor.idx ?? -1]
                    over.title = point && isKnown(point) ? tellPoint(point, bucket, timezone) : ''
                },
            ],
        },
        legend: { show: false },
        scales: { x: { range: (_, low, high) => pad(low, high, points.length) }, y: { range: (_, __, high) => [0, high > 0 ? high * 1.08 : 1] } },
        axes: [{ ...axis, incrs: STEPS_S[bucket], values: (_, ticks) => tellTimes(ticks, timezone) }, { ...axis, size: 64, values: (_, ticks) => ticks.map(shorten) }],
        series: [
            {},
            ...kinds.map(({ label, color: name }) => ({
                label,
                fill: color(name),
                width: 0,
                points: { show: false },
                ...(bars ? { paths: bars } : {}),
            })),
        ],
    }
    return new uPlot(options, [starts, ...kinds.map(({ edge }) => edge)], element)
}

/** Half a bar's room on both sides. */
function pad(low: number, high: number, count: number): [number, number] {
    const half = count > 1 ? (high - low) / (count - 1) / 2 : 43_200
    return [low - half, high + half]
}

/** Hours on the zone's clock; a midnight by its date. */
function tellTimes(ticks: number[], timezone: string): string[] {
    const day = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, day: 'numeric', month: 'short' })
    const hour = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' })
    return ticks.map((tick) => {
        const moment = new Date(tick * 1000)
        const clock = hour.format(moment)
        return clock === '00:00' ? day.format(moment) : clock
    })
}

function shorten(tick: number): string {
    if (tick >= 1e6) return formatCount(tick).text.replace(/\.?0+(?=[MBT])/, '')
    return tick >= 1e4 ? `${String(tick / 1000)}k` : String(tick)
}
