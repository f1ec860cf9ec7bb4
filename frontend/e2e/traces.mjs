/**
 * Look at the traces, the sessions and one trace as a person does.
 *
 * The question's own: {"trace_id", "session_id", "model": one to narrow to}
 */
import { addressOf, inspect, question, RANGE, visit } from './visit.mjs'

await visit(async (page) => {
    const list = addressOf('traces', RANGE)
    const trace = addressOf(`traces/${encodeURIComponent(question.trace_id)}`)
    const screens = [
        { name: 'traces', address: list, ready: waitForList },
        { name: 'sessions', address: `${list}&view=sessions`, ready: waitForList },
        { name: 'trace', address: trace, ready: waitForTree },
    ]
    const views = {
        traces: await readView(page, question, 'traces', list),
        sessions: await readView(page, question, 'sessions', `${list}&view=sessions`),
    }
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
    return { ...seen, ...opened, views, is_back: isBack, ...(await inspect(page, screens)) }
})

async function waitForList(page) {
    await page.locator('table.groups tbody tr').first().waitFor()
}

async function waitForTree(page) {
    await page.locator('table.tree tbody tr').first().waitFor()
}

/** What is said of completeness beside what the API answered the page, and the filter picker. */
async function readView(page, question, resource, address) {
    const isAnswer = (answer) => new URL(answer.url()).pathname.endsWith(`/llm_analytics/${resource}/`)
    const [answer] = await Promise.all([page.waitForResponse(isAnswer), page.goto(address)])
    await waitForList(page)
    const completeness = { text: await page.locator('.completeness').textContent(), ...(await answer.json()).completeness }
    return { completeness, ...(await filterAndBack(page, question)) }
}

/** Narrow to a model by the picker, which offers it, and back. */
async function filterAndBack(page, { model }) {
    const before = await readLines(page)
    await page.getByLabel('Filter by').selectOption({ label: 'Model' })
    await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption({ label: model })
    await page.locator('.chip').waitFor()
    await page.waitForFunction(isUnlike, before[0][1].calls)
    const lines = await readLines(page)
    const models = new URL(page.url()).searchParams.getAll('model')
    await page.goBack()
    await page.locator('.chip').waitFor({ state: 'detached' })
    await page.waitForFunction(isUnlike, lines[0][1].calls)
    return { lines, models, back: await readLines(page) }
}

/** In the page: whether the first line is there and has another number of calls. */
function isUnlike(calls) {
    const figure = document.querySelector('table.groups tbody [data-figure=calls] .figure')
    return figure !== null && figure.title !== calls
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
