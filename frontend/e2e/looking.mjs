/** What looking at any screen takes: who signs in, faults that a person would not see, pictures, axe. */
import { createRequire } from 'node:module'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { launch } from './browser.mjs'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const WIDTHS = [1280, 390]
export const THEMES = ['light', 'dark']

/**
 * Print what `look` saw as JSON.
 *
 * stdin: {"url", "sign_in_link", "screenshots": a folder, …}
 */
export async function main(look) {
    const question = JSON.parse(await text(process.stdin))
    mkdirSync(question.screenshots, { recursive: true })
    const browser = await launch()
    try {
        console.log(JSON.stringify(await look(await signIn(browser, question), question)))
    } finally {
        await browser.close()
    }
}

async function signIn(browser, { sign_in_link: signInLink }) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    const faults = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('pageerror', (error) => faults.push(String(error)))
    await page.goto(signInLink)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/overview|\/project$/)
    return { browser, context, page, faults }
}

/** The theme as the visitor's earlier choice: an open drawer lets nothing else be pressed. */
async function chooseTheme(page, theme) {
    await page.evaluate((chosen) => { localStorage.setItem('theme', chosen) }, theme)
}

/** Pictures of an address in both themes and widths. */
export async function shoot({ page }, { screenshots }, { name, address, ready }) {
    for (const theme of THEMES) {
        for (const width of WIDTHS) {
            await chooseTheme(page, theme)
            await page.setViewportSize({ width, height: 900 })
            await page.goto(address)
            await ready(page)
            await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
            await page.screenshot({ path: join(screenshots, `${name}-${theme}-${width}.png`), fullPage: true })
        }
    }
    await page.setViewportSize({ width: 1280, height: 900 })
}

/** axe is a script from elsewhere, which the site's own policy rightly refuses: it is lifted here alone. */
export async function runAxe({ browser, context }, screens) {
    const found = []
    const lifted = await browser.newContext({ storageState: await context.storageState(), bypassCSP: true })
    const page = await lifted.newPage()
    for (const { name, address, ready } of screens) {
        for (const theme of THEMES) {
            await page.goto(address)
            await chooseTheme(page, theme)
            await page.goto(address)
            await ready(page)
            await page.addScriptTag({ path: AXE })
            const { violations } = await page.evaluate(() => globalThis.axe.run())
            for (const { id, impact, nodes } of violations) found.push({ name, theme, id, impact, where: nodes[0].html })
        }
    }
    return found
}
