/**
 * Look at the Overview as a person does; what was seen is printed as JSON for the test to judge.
 *
 * stdin: {"url", "sign_in_link", "team_id", "screenshots": a folder}
 */
import { createRequire } from 'node:module'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { launch } from './browser.mjs'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const WIDTHS = [1280, 390]
const THEMES = ['light', 'dark']

const { url, sign_in_link: signInLink, team_id: teamId, screenshots } = JSON.parse(await text(process.stdin))
mkdirSync(screenshots, { recursive: true })
const browser = await launch()
try {
    console.log(JSON.stringify(await look()))
} finally {
    await browser.close()
}

async function look() {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    const faults = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('pageerror', (error) => faults.push(String(error)))
    await page.goto(signInLink)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/overview|\/project$/)
    await page.goto(`${url}/project`)
    await page.waitForURL(/\/overview/)
    await page.goto(`${url}/project/${teamId}/overview?range=24h&timezone=UTC`)
    await waitForData(page)
    const seen = { figures: await readFigures(page), rows: await readRows(page) }
    const filtered = await drillAndBack(page)
    const definition = await readDefinition(page)
    const teams = await readTeams(page)
    for (const theme of THEMES) for (const width of WIDTHS) await shoot(page, theme, width)
    const state = await context.storageState()
    return { ...seen, ...filtered, definition, teams, faults, axe: await runAxe(state) }
}

async function waitForData(page) {
    await page.locator('.chart canvas').waitFor()
    await page.locator('table.top tbody tr').first().waitFor()
    await page.locator('.loading').waitFor({ state: 'detached' })
}

/** Figure → the exact number that hovering shows. */
async function readFigures(page) {
    const cards = await page.locator('.card dd[data-figure]').all()
    const pairs = cards.map(async (card) => [
        await card.getAttribute('data-figure'),
        await card.locator('.figure').getAttribute('title'),
    ])
    return Object.fromEntries(await Promise.all(pairs))
}

/** Value of the dimension → its exact cost. */
async function readRows(page) {
    const rows = await page.locator('table.top tbody tr').all()
    const pairs = rows.map(async (row) => [
        (await row.locator('th button, th span').first().innerText()).trim(),
        await row.locator('[data-figure=total_cost_usd] .figure').getAttribute('title'),
    ])
    return Object.fromEntries(await Promise.all(pairs))
}

/** Press a line, see its filter in the address and the figures, and go back. */
async function drillAndBack(page) {
    const before = await page.locator('.card dd[data-figure=calls]').innerText()
    const first = page.locator('table.top tbody button').first()
    const name = await first.innerText()
    await first.click()
    await page.locator('.chip').waitFor()
    await page.locator('table.top tbody tr').nth(1).waitFor({ state: 'detached' })
    const drilled = { name, models: new URL(page.url()).searchParams.getAll('model'), rows: await readRows(page) }
    await page.goBack()
    await page.locator('.chip').waitFor({ state: 'detached' })
    await page.locator('table.top tbody tr').nth(1).waitFor()
    return { drilled, is_back: (await page.locator('.card dd[data-figure=calls]').innerText()) === before }
}

/** Team → its exact cost; then the filter picker, whose choice is in the address. */
async function readTeams(page) {
    await page.getByRole('group', { name: 'Group by' }).getByRole('button', { name: 'Team' }).click()
    await page.waitForURL(/by=team/)
    await page.locator('table.top').getByRole('button', { name: /^Team/ }).first().waitFor()
    const costs = await readRows(page)
    await page.getByLabel('Filter by').selectOption({ label: 'Provider' })
    await page.getByRole('combobox', { name: 'Provider' }).selectOption({ index: 1 })
    await page.locator('.chip').waitFor()
    const picked = new URL(page.url()).searchParams.getAll('provider')
    await page.goBack()
    await page.locator('.chip').waitFor({ state: 'detached' })
    await page.getByRole('group', { name: 'Group by' }).getByRole('button', { name: 'Model' }).click()
    await page.waitForURL(/by=model/)
    await waitForData(page)
    return { costs, picked }
}

async function readDefinition(page) {
    await page.getByRole('button', { name: 'Cost: definition' }).first().click()
    const definition = await page.locator('.popover').innerText()
    await page.keyboard.press('Escape')
    await page.locator('.popover').waitFor({ state: 'hidden' })
    return definition
}

async function shoot(page, theme, width) {
    await page.setViewportSize({ width, height: 900 })
    await page.getByLabel('Appearance').selectOption(theme)
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    await page.screenshot({ path: join(screenshots, `overview-${theme}-${width}.png`), fullPage: true })
}

/** axe is a script from elsewhere, which the site's own policy rightly refuses: it is lifted here alone. */
async function runAxe(storageState) {
    const found = []
    const context = await browser.newContext({ storageState, bypassCSP: true })
    const page = await context.newPage()
    for (const theme of THEMES) {
        await page.goto(`${url}/project/${teamId}/overview?range=24h&timezone=UTC`)
        await waitForData(page)
        await page.getByLabel('Appearance').selectOption(theme)
        await page.addScriptTag({ path: AXE })
        const { violations } = await page.evaluate(() => globalThis.axe.run())
        for (const { id, impact, nodes } of violations) found.push({ theme, id, impact, where: nodes[0].html })
    }
    return found
}
