/**
 * Look at the Generations screen as a person does: rows, a call and its numbers, filters, a search, the file.
 *
 * The question's own: {"call": the uuid to look into, "model": one to narrow to}
 */
import { readFile } from 'node:fs/promises'
import { addressOf, inspect, question, RANGE, visit } from './visit.mjs'

await visit(async (page) => {
    const list = addressOf('generations', RANGE)
    const drawer = `${list}&call=${question.call}`
    const screens = [
        { name: 'generations', address: list, ready: waitForRows },
        { name: 'generation', address: drawer, ready: waitForDrawer },
        { name: 'generation-numbers', address: `${drawer}&panel=numbers`, ready: showReadings },
    ]
    await page.goto(list)
    await waitForRows(page)
    const seen = {
        rows: await readRows(page),
        call: await openAndClose(page, question),
        failed: await narrowAndBack(page),
        picked: await pickAndBack(page, list, question),
        filtered: await filterAndBack(page, question),
        completeness: await page.locator('.completeness').innerText(),
        found: await search(page, question),
        csv: await download(page, list),
    }
    return { ...seen, ...(await inspect(page, screens)) }
})

async function waitForRows(page) {
    await page.locator('table.calls tbody tr[data-call]').first().waitFor()
    await page.locator('.completeness').waitFor()
}

async function waitForDrawer(page) {
    await page.locator('.drawer .legend').waitFor()
    await page.locator('.drawer .conversation, .drawer .explanation').waitFor()
}

/** What a person scrolls to in the panel. */
async function showReadings(page) {
    await waitForDrawer(page)
    await page.locator('.readings').evaluate((readings) => { readings.scrollIntoView() })
}

/** uuid → exact tokens and cost, as hovering shows them, and the parts of the bar. */
async function readRows(page) {
    const rows = await page.locator('table.calls tbody tr[data-call]').all()
    const pairs = rows.map(async (row) => [
        await row.getAttribute('data-call'),
        {
            tokens: await row.locator('.call-tokens .figure').getAttribute('title'),
            cost: await row.locator('.call-cost .figure').getAttribute('title'),
            parts: Object.fromEntries(
                await row.locator('[data-part]').evaluateAll((parts) => parts.map((part) => [part.dataset.part, Number(part.style.flexGrow)]))
            ),
            is_failed: (await row.locator('.badge.fault').count()) > 0,
        },
    ])
    return Object.fromEntries(await Promise.all(pairs))
}

/** Open a call by its row, read it, and close it once by Escape and once by the browser's back. */
async function openAndClose(page, { call }) {
    const row = page.locator(`tr[data-call="${call}"]`)
    await row.locator('.call-model').click()
    await waitForDrawer(page)
    const address = new URL(page.url()).searchParams.get('call')
    const conversation = await page.locator('.conversation').innerText()
    await page.getByRole('tab', { name: 'Where do these numbers come from?' }).click()
    await page.locator('.explanation').waitFor()
    const explained = await readExplanation(page)
    await page.getByRole('tab', { name: 'Raw JSON' }).click()
    const raw = JSON.parse(await page.locator('.drawer .copy pre').innerText())
    await page.keyboard.press('Escape')
    await page.locator('.drawer').waitFor({ state: 'detached' })
    const closedByEscape = !new URL(page.url()).searchParams.has('call')
    await row.getByRole('link').first().press('Enter')
    await waitForDrawer(page)
    await page.goBack()
    await page.locator('.drawer').waitFor({ state: 'detached' })
    return { address, conversation, ...explained, raw, closed_by_escape: closedByEscape }
}

async function readExplanation(page) {
    const terms = await page.locator('[data-term]').evaluateAll((rows) =>
        rows.map((row) => [row.dataset.term, ...[...row.querySelectorAll('td')].map((cell) => (cell.querySelector('[aria-hidden]') ?? cell).textContent)])
    )
    return {
        evidence: JSON.parse(await page.locator('[data-evidence]').innerText()),
        chosen: await page.locator('.readings .is-chosen').allInnerTexts(),
        rejected: await page.locator('.readings .is-rejected').allInnerTexts(),
        terms,
        total: await page.locator('.explanation [data-figure=total_cost_usd] .figure').getAttribute('title'),
        flags: await page.locator('.flags li').allInnerTexts(),
    }
}

/** Only what failed, and back. */
async function narrowAndBack(page) {
    const all = await page.locator('tr[data-call]').count()
    await page.getByRole('button', { name: 'Failed only' }).click()
    await page.locator('tr[data-call]').nth(1).waitFor({ state: 'detached' })
    const rows = await readRows(page)
    const address = new URL(page.url()).searchParams.get('is_error')
    await page.goBack()
    await page.locator('tr[data-call]').nth(all - 1).waitFor()
    return { rows, address }
}

/** Narrow to a call's model from within its drawer, and back. */
async function pickAndBack(page, list, { call, model }) {
    await page.locator(`tr[data-call="${call}"]`).getByRole('link').first().click()
    await waitForDrawer(page)
    await page.locator('.drawer').getByRole('button', { name: model, exact: true }).click()
    await page.locator('.chip').waitFor()
    await page.locator('tr[data-call]').nth(2).waitFor({ state: 'detached' })
    const rows = Object.keys(await readRows(page))
    const models = new URL(page.url()).searchParams.getAll('model')
    await page.goto(list)
    await waitForRows(page)
    return { rows, models }
}

/** Narrow to a model by the picker, which offers it, and back. */
async function filterAndBack(page, { model }) {
    const all = await page.locator('tr[data-call]').count()
    await page.getByLabel('Filter by').selectOption({ label: 'Model' })
    await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption({ label: model })
    await page.locator('.chip').waitFor()
    await page.locator('tr[data-call]').nth(2).waitFor({ state: 'detached' })
    const rows = Object.keys(await readRows(page))
    const models = new URL(page.url()).searchParams.getAll('model')
    await page.goBack()
    await page.locator('.chip').waitFor({ state: 'detached' })
    await page.locator('tr[data-call]').nth(all - 1).waitFor()
    return { rows, models }
}

/** By the beginning of an id and a star; an id of nobody says so. */
async function search(page, { call }) {
    const box = page.getByRole('searchbox', { name: 'Search by id' })
    await box.fill(`${call.slice(0, 13)}*`)
    await box.press('Enter')
    await page.locator('tr[data-call]').nth(1).waitFor({ state: 'detached' })
    const found = Object.keys(await readRows(page))
    await box.fill('nobody')
    await box.press('Enter')
    await page.locator('.note').waitFor()
    return { found, nobody: await page.locator('.note').innerText() }
}

async function download(page, list) {
    await page.goto(`${list}&is_error=true`)
    await waitForRows(page)
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download CSV' }).click()])
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
}
