/** Look at the usage reports as a person does: a corrected day, its first version, the files, the printed page. */
import { readFileSync } from 'node:fs'
import { addressOf, judge, question, shoot, visit, waitUntilLoaded } from './visit.mjs'

await visit(async (page) => {
    const { day } = question
    await page.goto(addressOf('reports', `month=${day.slice(0, 7)}`))
    await waitForData(page)
    const calendar = await readStates(page)
    const month = await readFigures(page)
    await shoot(page, 'reports')
    await page.locator(`[data-day="${day}"]`).click()
    await page.waitForURL((address) => address.searchParams.get('day') === day)
    await page.locator('.correction').waitFor()
    const corrected = await readFigures(page)
    const correction = await readCorrection(page)
    await shoot(page, 'reports-day')
    const printed = await countPages(page)
    const exported = {}
    for (const format of ['CSV', 'JSON', 'Parquet', 'FOCUS']) exported[format] = await download(page, format)
    await page.getByRole('group', { name: 'Version' }).getByRole('button', { name: 'Version 1' }).click()
    await page.waitForURL((address) => address.searchParams.get('version') === '1')
    const first = await readFigures(page)
    await page.goBack()
    await page.waitForURL((address) => !address.searchParams.has('version'))
    const back = await readFigures(page)
    const address = addressOf('reports', `day=${day}`)
    const judged = await judge(page, [{ address, ready: waitForData }])
    return { calendar, month, corrected, correction, printed, exported, first, back, ...judged }
})

async function waitForData(page) {
    await page.locator('.months').waitFor()
    await page.locator('.calendar').waitFor()
    await page.locator('table.figures').waitFor()
    await waitUntilLoaded(page)
}

/** Day → its state, as its cell says it to everybody. */
function readStates(page) {
    return page.locator('.day[data-day]').evaluateAll((days) =>
        Object.fromEntries(days.map((day) => [day.dataset.day, { state: day.dataset.state, name: day.textContent }]))
    )
}

/** Figure → the text that the report shows. */
function readFigures(page) {
    return page.locator('table.figures [data-figure]').evaluateAll((cells) =>
        Object.fromEntries(cells.map((cell) => [cell.dataset.figure, cell.querySelector('[aria-hidden]').textContent]))
    )
}

async function readCorrection(page) {
    const text = await page.locator('.correction p').first().innerText()
    const changed = await page.locator('.correction [data-changed]').evaluateAll((rows) =>
        Object.fromEntries(rows.map((row) => [row.dataset.changed, [...row.querySelectorAll('td [aria-hidden]')].map((cell) => cell.textContent)]))
    )
    return { text, changed }
}

async function countPages(page) {
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    return pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0
}

async function download(page, format) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: format }).click()])
    return { name: file.suggestedFilename(), base64: readFileSync(await file.path(), 'base64') }
}
