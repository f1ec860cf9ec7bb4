/** What every look at settings shares: signing in, pictures in both themes and widths, axe. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
export const WIDTHS = [1280, 390]
export const THEMES = ['light', 'dark']

/** A page of a new visitor; `faults` gets what the console and the scripts complain of. */
export async function openPage(browser, faults) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('pageerror', (error) => faults.push(String(error)))
    return page
}

export async function signIn(page, link) {
    await page.goto(link)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/overview|\/project$/)
}

/** Both the system's theme and the UI's own are set: the server's pages know the first alone. */
export async function setTheme(page, theme) {
    await page.emulateMedia({ colorScheme: theme })
    const choice = page.getByLabel('Appearance')
    if (await choice.count()) await choice.selectOption(theme)
}

export async function shoot(page, folder, name) {
    for (const theme of THEMES) {
        await setTheme(page, theme)
        for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 900 })
            await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
            await page.screenshot({ path: join(folder, `${name}-${theme}-${String(width)}.png`), fullPage: true })
        }
    }
    await page.setViewportSize({ width: 1280, height: 900 })
}

/** Whether the page is wider than a narrow screen. */
export async function isTooWide(page) {
    await page.setViewportSize({ width: 390, height: 900 })
    const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
    await page.setViewportSize({ width: 1280, height: 900 })
    return isWide
}

/**
 * axe is a script from elsewhere, which the site's own policy rightly refuses: it is lifted here alone.
 *
 * `paths`: address → a locator's text to wait for before judging.
 */
export async function judge(browser, storageState, paths) {
    const found = []
    const context = await browser.newContext({ ...(storageState && { storageState }), bypassCSP: true })
    const page = await context.newPage()
    for (const [address, selector] of Object.entries(paths)) {
        await page.goto(address)
        await page.locator(selector).first().waitFor()
        for (const theme of THEMES) {
            await setTheme(page, theme)
            await page.addScriptTag({ path: AXE })
            const { violations } = await page.evaluate(() => globalThis.axe.run())
            for (const { id, impact, nodes } of violations) found.push({ address, theme, id, impact, where: nodes[0].html })
        }
    }
    await context.close()
    return found
}
