/** Look at the integrity screen as a person does: shares, flags, gateways, an alert, and the replay of rejects. */
import { addressOf, ask, judge, question, RANGE, shoot, visit, waitUntilLoaded } from './visit.mjs'

const POLL_MS = 200

await visit(async (page) => {
    const address = addressOf('integrity', `${RANGE}&alerts=any`)
    await page.goto(address)
    await waitForData(page)
    const seen = { matrix: await readMatrix(page), flags: await readFlags(page), rejects: await readRejects(page) }
    const api = await ask(page, `/api/projects/${question.team_id}/llm_analytics/rejects/`)
    const alerts = await handleAlert(page)
    await shoot(page, 'integrity')
    const judged = await judge(page, [{ address, ready: waitForData }])
    const replayed = await replay(page, question)
    return { ...seen, api, alerts, replayed, ...judged }
})

async function waitForData(page) {
    await page.locator('table.matrix').waitFor()
    await waitUntilLoaded(page)
}

/** Model → count → what hovering says. */
function readMatrix(page) {
    return page.locator('table.matrix tbody tr').evaluateAll((rows) =>
        Object.fromEntries(
            rows.map((row) => [
                row.querySelector('th').firstChild.textContent,
                Object.fromEntries([...row.querySelectorAll('[data-count]')].map((cell) => [cell.dataset.count, cell.title])),
            ])
        )
    )
}

function readFlags(page) {
    return page.locator('[data-flag]').evaluateAll((flags) =>
        Object.fromEntries(flags.map((flag) => [flag.dataset.flag, Number(flag.dataset.calls)]))
    )
}

function readRejects(page) {
    return page.locator('[data-reason]').evaluateAll((rows) =>
        Object.fromEntries(rows.map((row) => [row.dataset.reason, Number(row.dataset.rejects)]))
    )
}

/** Unfold the first alert, look after it, mute it, accept it; the history has each. */
async function handleAlert(page) {
    await page.locator('.alert-heading').first().click()
    await page.getByRole('button', { name: 'I look after it' }).click()
    await page.getByRole('button', { name: 'Look after it no more' }).waitFor()
    await page.getByRole('button', { name: 'Mute for a day' }).click()
    await page.getByRole('button', { name: 'Tell people again' }).waitFor()
    await page.getByRole('button', { name: 'Accept as the new normal' }).click()
    await page.getByRole('button', { name: 'Accept as the new normal' }).waitFor({ state: 'detached' })
    await page.locator('.alert[data-state=accepted]').first().waitFor()
    const history = await page.locator('.history li').allInnerTexts()
    return { text: await page.locator('.alert-body').innerText(), history, id: new URL(page.url()).searchParams.get('alert') }
}

/** Ask to replay the events of a reason, say yes, and see the result; then they are no longer among the rejects. */
async function replay(page, { reason, screenshots, team_id: teamId }) {
    const row = page.locator(`[data-reason=${reason}]`)
    await row.getByRole('button').click()
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    const question = await dialog.innerText()
    await page.screenshot({ path: `${screenshots}/integrity-replay-light-1280.png` })
    await dialog.getByRole('button', { name: 'Replay' }).click()
    const result = await dialog.getByRole('status').innerText()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await waitUntilReplayed(page, teamId, reason)
    await page.reload()
    await waitForData(page)
    return { question, result, left: await readRejects(page) }
}

/** Asked again and again until the worker has stored the events; the test's own time limit ends it. */
async function waitUntilReplayed(page, teamId, reason) {
    let counts
    do {
        counts = (await ask(page, `/api/projects/${teamId}/llm_analytics/rejects/`)).open_counts
        await page.waitForTimeout(POLL_MS)
    } while (counts.some((count) => count.reason_code === reason))
}
