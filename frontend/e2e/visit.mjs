/**
 * What every look at a screen does: sign in, wait, take pictures in both themes and widths, ask axe.
 *
 * stdin of each script: {"url", "sign_in_link", "team_id", "screenshots": a folder, …}; stdout: JSON for the test.
 */
import { createRequire } from 'node:module'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { launch } from './browser.mjs'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const WIDTHS = [1280, 390]
const THEMES = ['light', 'dark']

/** Let `look` see the stack with a signed-in page, and print what it returns beside what the console complained of. */
export async function visit(look) {
    const question = JSON.parse(await text(process.stdin))
    mkdirSync(question.screenshots, { recursive: true })
    const browser = await launch()
    try {
        const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
        const page = await context.newPage()
        const faults = []
        page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
        page.on('pageerror', (error) => faults.push(String(error)))
        await page.goto(question.sign_in_link)
        await page.getByRole('button', { name: 'Sign in' }).click()
        await page.waitForURL(/\/overview|\/project$/)
        const seen = await look(page, question, browser)
        console.log(JSON.stringify({ ...seen, faults }))
    } finally {
        await browser.close()
    }
}

export function screenAddress({ url, team_id: teamId }, screen, query = '') {
    return `${url}/project/${teamId}/${screen}${query && `?${query}`}`
}

/** Nothing loads any more. */
export async function waitUntilLoaded(page) {
    await page.waitForFunction(() => !document.querySelector('.loading, [aria-busy=true]'))
}

/** Pictures of the whole page as it is, named by screen, theme and width. */
export async function shootAll(page, { screenshots }, name) {
    for (const theme of THEMES) {
        for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 900 })
            await page.getByLabel('Appearance').selectOption(theme)
            await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
            await page.screenshot({ path: join(screenshots, `${name}-${theme}-${width}.png`), fullPage: true })
        }
    }
    await page.setViewportSize({ width: 1280, height: 900 })
}

/**
 * What axe finds at an address, in both themes, and whether the page is wider than a small screen.
 *
 * axe is a script from elsewhere, which the site's own policy rightly refuses: it is lifted here alone.
 */
export async function judge(page, browser, address, waitForData) {
    const context = await browser.newContext({ storageState: await page.context().storageState(), bypassCSP: true })
    const judged = await context.newPage()
    const found = []
    for (const theme of THEMES) {
        await judged.goto(address)
        await waitForData(judged)
        await judged.getByLabel('Appearance').selectOption(theme)
        await judged.addScriptTag({ path: AXE })
        const { violations } = await judged.evaluate(() => globalThis.axe.run())
        for (const { id, impact, nodes } of violations) found.push({ theme, id, impact, where: nodes[0].html })
    }
    await judged.setViewportSize({ width: 390, height: 900 })
    const overflow = await judged.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    await context.close()
    return { axe: found, overflow_px: overflow }
}

/** The API's own answer, asked for by the page. */
export function ask(page, path) {
    return page.evaluate(async (address) => (await fetch(address)).json(), path)
}
