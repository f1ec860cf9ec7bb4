/** Look at the breakdowns as a person does: teams, one team's providers, one provider's models, and back. */
import { addressOf, ask, inspect, question, RANGE, visit, waitUntilLoaded } from './visit.mjs'

await visit(async (page) => {
    const address = addressOf('breakdowns', `${RANGE}&dimension=team`)
    await page.goto(address)
    await waitForData(page)
    const teams = await readTable(page)
    const sorted = await sortBy(page, 'Reasoning')
    const drilled = await drill(page, question)
    const screens = [
        { name: 'breakdowns', address: addressOf('breakdowns', `${RANGE}&dimension=model`), ready: waitForData },
        { name: 'breakdowns-teams', address, ready: waitForData },
    ]
    return { teams, sorted, ...drilled, ...(await inspect(page, screens)) }
})

async function waitForData(page) {
    await page.locator('table.breakdown tbody tr').first().waitFor()
    await waitUntilLoaded(page)
}

/** Line → figure → the exact number that hovering shows; '' is the line of all together. */
async function readTable(page) {
    return page.locator('table.breakdown').evaluate((table) => {
        const read = (row) =>
            Object.fromEntries(
                [...row.querySelectorAll('[data-figure]')].map((cell) => [
                    cell.dataset.figure,
                    cell.querySelector('.figure').title,
                ])
            )
        const lines = [...table.tBodies[0].rows].map((row) => [row.querySelector('button, span').innerText.trim(), read(row)])
        return { lines, total: read(table.tFoot.rows[0]) }
    })
}

async function sortBy(page, label) {
    await page.getByRole('columnheader', { name: label }).getByRole('button').click()
    await page.locator('th[aria-sort=descending]', { hasText: label }).waitFor()
    await waitForData(page)
    const { lines } = await readTable(page)
    return { by: new URL(page.url()).searchParams.get('sort'), names: lines.map(([name]) => name) }
}

/** A team, then its providers, then the models of one of them; the browser's own button and the crumbs lead back. */
async function drill(page, { team, team_id: teamId, provider }) {
    await page.locator('table.breakdown').getByRole('button', { name: team, exact: true }).click()
    await page.waitForURL((address) => address.pathname === `/project/${teamId}/breakdowns`)
    await waitForHeading(page, 'By product')
    const products = await readTable(page)
    await page.getByRole('group', { name: 'Break down by' }).getByRole('button', { name: 'Provider' }).click()
    await waitForHeading(page, 'By provider')
    const providers = await readTable(page)
    await page.locator('table.breakdown').getByRole('button', { name: provider, exact: true }).click()
    await waitForHeading(page, 'By model')
    const address = new URL(page.url())
    const query = new URLSearchParams({ dimension: 'model', provider, ...readRange(), order_by: 'reasoning_tokens' })
    const api = await ask(page, `/api/projects/${teamId}/llm_analytics/top/?${query}`)
    const models = { ...(await readTable(page)), api, providers: address.searchParams.getAll('provider') }
    const crumbs = await page.locator('.crumbs li').allInnerTexts()
    await page.goBack()
    await waitForHeading(page, 'By provider')
    const back = await readTable(page)
    await page.goForward()
    await waitForHeading(page, 'By model')
    await page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('button', { name: team }).click()
    await waitForHeading(page, 'By provider')
    await page.locator('.chip').waitFor({ state: 'detached' })
    return { products, providers, models, crumbs, back, by_crumb: await readTable(page) }
}

async function waitForHeading(page, text) {
    await page.getByRole('heading', { name: text }).waitFor()
    await waitForData(page)
}

/** The last 24 hours, to the end of the present hour. */
function readRange() {
    const end = Math.ceil(Date.now() / 3_600_000) * 3_600_000
    return { start: new Date(end - 86_400_000).toISOString(), end: new Date(end).toISOString(), timezone: 'UTC' }
}
