/**
 * What every look at the UI takes: a page whose faults are told, signing in, pictures in both themes and widths, axe.
 *
 * stdin of each script: {"url", "sign_in_link": null for who is not signed in, "team_id", "screenshots": a folder, …};
 * stdout: JSON for the test.
 */
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { launch } from './browser.mjs'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const WIDE = { width: 1280, height: 900 }
const NARROW = { width: 390, height: 900 }
/** What comes last stays: a new visitor's. */
const SIZES = [NARROW, WIDE]
const THEMES = ['dark', 'light']
export const RANGE = 'range=24h&timezone=UTC'

/** What the test asks; a script answers one question. */
export const question = JSON.parse(await text(process.stdin))

/** Print what `look` saw with the page of a new visitor, and what the browser complained of there. */
export async function visit(look) {
    mkdirSync(question.screenshots, { recursive: true })
    const browser = await launch()
    try {
        const faults = []
        const page = await openPage(browser, question.sign_in_link, faults)
        console.log(JSON.stringify({ ...(await look(page, browser)), faults }))
    } finally {
        await browser.close()
    }
}

/** A page of a new visitor, signed in by the link; `faults` gets what the console and the scripts complain of. */
export async function openPage(browser, signInLink, faults = []) {
    const context = await browser.newContext({ viewport: WIDE })
    const page = await context.newPage()
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('pageerror', (error) => faults.push(String(error)))
    if (signInLink === null) return page
    await page.goto(signInLink)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/overview|\/project$/)
    return page
}

/** Where the page's visitor is signed in, too, and nothing is cached. */
export async function cloneVisitor(page, options = {}) {
    const storageState = await page.context().storageState()
    return page.context().browser().newContext({ viewport: WIDE, storageState, ...options })
}

export function addressOf(screen, query = '') {
    return `${question.url}/project/${question.team_id}/${screen}${query && `?${query}`}`
}

/** Nothing loads any more. */
export async function waitUntilLoaded(page) {
    await page.waitForFunction(() => !document.querySelector('.loading, [aria-busy=true]'))
}

/** Pictures of the whole page as it is; `ready` brings back to view what another width moved away. */
export async function shoot(page, name, ready = waitUntilLoaded) {
    for (const size of SIZES) {
        await resize(page, size)
        for (const theme of THEMES) {
            await setTheme(page, theme)
            await ready(page)
            await page.screenshot({ path: join(question.screenshots, `${name}-${theme}-${size.width}.png`), fullPage: true })
        }
    }
}

/** Pictures of each screen by its `name`, and what `judge` finds there. */
export async function inspect(page, screens) {
    for (const { name, address, ready } of screens) {
        await page.goto(address)
        await ready(page)
        await shoot(page, name, ready)
    }
    return judge(page, screens)
}

/**
 * What axe finds in both themes of each screen, an address and what waits until it is `ready`; and the addresses of
 * those that are wider than a narrow window.
 *
 * axe is a script from elsewhere, which the site's own policy rightly refuses: it is lifted here alone.
 */
export async function judge(page, screens) {
    const context = await cloneVisitor(page, { bypassCSP: true })
    const judged = await context.newPage()
    const axe = []
    const wide = []
    for (const { address, ready } of screens) {
        await judged.goto(address)
        await ready(judged)
        await judged.addScriptTag({ path: AXE })
        for (const theme of THEMES) {
            await setTheme(judged, theme)
            const { violations } = await judged.evaluate(() => globalThis.axe.run())
            for (const { id, impact, nodes } of violations) axe.push({ address, theme, id, impact, where: nodes[0].html })
        }
        await resize(judged, NARROW)
        if (await judged.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wide.push(address)
        await resize(judged, WIDE)
    }
    await context.close()
    return { axe, wide }
}

/**
 * Both the system's theme and the UI's own are set: the server's pages know the first alone.
 *
 * Forced where a dialog is open, which lets nothing else be pressed.
 */
async function setTheme(page, theme) {
    await page.emulateMedia({ colorScheme: theme })
    const choice = page.getByLabel('Appearance')
    const force = (await page.getByRole('dialog').count()) > 0
    if (await choice.count()) await choice.selectOption(theme, { force })
    await waitForFrame(page)
}

async function resize(page, size) {
    await page.setViewportSize(size)
    await waitForFrame(page)
}

/** What was changed is painted. */
async function waitForFrame(page) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/** The API's own answer, asked for by the page. */
export function ask(page, path) {
    return page.evaluate(async (address) => (await fetch(address)).json(), path)
}
