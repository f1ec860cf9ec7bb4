/**
 * Measure when screens paint first, each load in a browser that has nothing of the site yet, and how soon a press is
 * answered by a painted frame; `benchmarks/paint.py` judges the milliseconds that are printed as JSON.
 *
 * The question's own: {"repeats"}
 */
import { addressOf, cloneVisitor, question, visit } from './visit.mjs'

const SCREENS = ['overview', 'generations', 'traces', 'breakdowns', 'reports', 'integrity', 'settings']
/** What is pressed on which screen once `ready` is there, and what then comes. */
const PRESSES = {
    filter: { screen: 'overview', press: 'table.top tbody button', comes: '.chip' },
    range: {
        screen: 'overview',
        ready: 'table.top tbody button',
        press: 'text=Last 30 days',
        comes: 'button[aria-pressed=true] >> text=Last 30 days',
    },
    drawer: { screen: 'generations', press: 'tr[data-call] a', comes: '.drawer' },
    sort: { screen: 'breakdowns', press: 'th:not([aria-sort]) .sort', comes: 'th[aria-sort]' },
}
const LEAST_TOLD_MS = 16

await visit(async (page) => {
    const paints = { daily: await repeat(() => load(page, `${question.url}/usage`)) }
    for (const screen of SCREENS) paints[screen] = await repeat(() => load(page, addressOf(screen)))
    const presses = {}
    for (const [name, press] of Object.entries(PRESSES)) presses[name] = await repeat(() => interact(page, press))
    return { paints, presses }
})

/** After one that is not counted, in which the server reads its code. */
async function repeat(measure) {
    await measure()
    const found = []
    for (let time = 0; time < question.repeats; time++) found.push(await measure())
    return found
}

/** First contentful paint, in ms after the address was asked for. */
async function load(visitor, address) {
    const context = await cloneVisitor(visitor)
    const page = await context.newPage()
    await page.goto(address)
    const paint = await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime)
    const milliseconds = await paint.jsonValue()
    await context.close()
    return milliseconds
}

/** The longest of the press's events from the input to the next frame, as Interaction to Next Paint takes it. */
async function interact(visitor, { screen, ready, press, comes }) {
    const context = await cloneVisitor(visitor)
    const page = await context.newPage()
    await page.goto(addressOf(screen))
    await page.locator(ready ?? press).first().waitFor()
    await page.waitForLoadState('networkidle')
    await page.evaluate((least) => {
        globalThis.durations = []
        const observer = new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (entry.interactionId) globalThis.durations.push(entry.duration)
        })
        observer.observe({ type: 'event', durationThreshold: least })
    }, LEAST_TOLD_MS)
    await page.locator(press).first().click()
    await page.locator(comes).first().waitFor()
    await page.waitForLoadState('networkidle')
    // What is faster than that is not told: it counts as it.
    const longest = await page.evaluate((least) => Math.max(least, ...globalThis.durations), LEAST_TOLD_MS)
    await context.close()
    return longest
}
