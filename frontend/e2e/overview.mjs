/** Look at the Overview as a person does: its figures, a line that drills, a definition, teams, a filter. */
import { addressOf, inspect, question, RANGE, visit, waitUntilLoaded } from './visit.mjs'

await visit(async (page) => {
    const address = addressOf('overview', RANGE)
    await page.goto(`${question.url}/project`)
    await page.waitForURL(/\/overview/)
    await page.goto(address)
    await waitForData(page)
    const seen = { figures: await readFigures(page), rows: await readRows(page) }
    const filtered = await drillAndBack(page)
    const definition = await readDefinition(page)
    const teams = await readTeams(page)
    const inspected = await inspect(page, [{ name: 'overview', address, ready: waitForData }])
    return { ...seen, ...filtered, definition, teams, ...inspected }
})

async function waitForData(page) {
    await page.locator('.chart canvas').waitFor()
    await page.locator('table.top tbody tr').first().waitFor()
    await waitUntilLoaded(page)
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
