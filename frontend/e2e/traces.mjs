/**
 * Look at the traces, the sessions and one trace as a person does; what was seen is printed as JSON for the test to judge.
 *
 * stdin: {"url", "sign_in_link", "team_id", "trace_id", "session_id", "screenshots"}
 */
import { main, runAxe, shoot } from './looking.mjs'

await main(async (visit, question) => {
    const { page, faults } = visit
    const list = `${question.url}/project/${question.team_id}/traces?range=24h&timezone=UTC`
    const trace = `${question.url}/project/${question.team_id}/traces/${encodeURIComponent(question.trace_id)}`
    const screens = [
        { name: 'traces', address: list, ready: waitForList },
        { name: 'sessions', address: `${list}&view=sessions`, ready: waitForList },
        { name: 'trace', address: trace, ready: waitForTree },
    ]
    await page.goto(list)
    await waitForList(page)
    const traces = await readLines(page)
    await page.getByRole('button', { name: 'Sessions' }).click()
    await page.locator('tr[data-session]').waitFor()
    const sessions = await readLines(page)
    await page.getByRole('button', { name: question.session_id, exact: true }).click()
    await page.locator('tr[data-trace]').waitFor()
    const session = new URL(page.url()).searchParams.get('session_id')
    await page.locator('tr[data-trace] a').click()
    await waitForTree(page)
    const seen = { traces, sessions, session, path: new URL(page.url()).pathname, ...(await readTrace(page)) }
    const opened = await openAndBack(page)
    await page.goBack()
    await waitForList(page)
    const isBack = new URL(page.url()).searchParams.get('session_id') === question.session_id
    for (const screen of screens) await shoot(visit, question, screen)
    return { ...seen, ...opened, is_back: isBack, faults, axe: await runAxe(visit, screens) }
})

async function waitForList(page) {
    await page.locator('table.groups tbody tr').first().waitFor()
}

async function waitForTree(page) {
    await page.locator('table.tree tbody tr').first().waitFor()
}

/** Line → exact figures, as hovering shows them. */
async function readLines(page) {
    const rows = await page.locator('table.groups tbody tr').all()
    return Promise.all(rows.map(async (row) => [await row.locator('th').innerText(), await readFigures(row)]))
}

async function readFigures(place) {
    const cells = await place.locator('[data-figure]').all()
    const pairs = cells.map(async (cell) => {
        const figure = cell.locator('.figure')
        return [await cell.getAttribute('data-figure'), (await figure.count()) > 0 ? await figure.first().getAttribute('title') : '']
    })
    return Object.fromEntries(await Promise.all(pairs))
}

async function readTrace(page) {
    const rows = await page.locator('table.tree tbody tr').all()
    const nodes = rows.map(async (row) => ({
        name: await row.locator('.pick').innerText(),
        depth: Number(await row.getAttribute('data-depth')),
        ...(await readFigures(row)),
        time: await row.locator('.time-track').getAttribute('title'),
    }))
    return { figures: await readFigures(page.locator('.cards')), nodes: await Promise.all(nodes) }
}

/** Fold and unfold a span, look into a call beside the tree, and back. */
async function openAndBack(page) {
    const all = await page.locator('table.tree tbody tr').count()
    const fold = page.getByRole('button', { name: 'What is below Look up' })
    await fold.click()
    const folded = await page.locator('table.tree tbody tr').count()
    await fold.click()
    await page.locator('table.tree').getByRole('button', { name: 'gpt-4o-mini' }).first().click()
    await page.locator('.drawer .conversation').waitFor()
    const conversation = await page.locator('.drawer .conversation').innerText()
    await page.goBack()
    await page.locator('.drawer').waitFor({ state: 'detached' })
    return { all, folded, conversation }
}
