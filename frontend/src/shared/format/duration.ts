import { NOT_REPORTED, type Formatted } from './format'

const MINUTE_S = 60

/** Seconds for people; the exact number on hover. */
export function formatDuration(seconds: number | null | undefined): Formatted {
    if (seconds === null || seconds === undefined) return NOT_REPORTED
    return { text: shorten(seconds), title: `${String(seconds)} s` }
}

function shorten(seconds: number): string {
    const milliseconds = seconds * 1000
    if (milliseconds < 9.95) return `${String(Number(milliseconds.toPrecision(2)))} ms`
    if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`
    if (seconds < 59.995) return `${seconds.toFixed(2)} s`
    const whole = Math.round(seconds)
    const minutes = Math.floor(whole / MINUTE_S)
    return minutes < MINUTE_S
        ? `${String(minutes)} min ${String(whole % MINUTE_S)} s`
        : `${String(Math.floor(minutes / MINUTE_S))} h ${String(minutes % MINUTE_S)} min`
}
