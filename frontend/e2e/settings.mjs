/**
 * Set a team up as its owner does, and look at its settings as a member and a stranger do.
 *
 * The question's own: {"team_id": a team without calls, "links": {"member", "stranger"}, "event": what a gateway would post}
 */
import { addressOf, judge, openPage, question, shoot, visit, waitUntilLoaded } from './visit.mjs'

const { url, links, team_id: teamId, event } = question
const SECTIONS = { gateways: '.thing', budgets: '.thing', prices: '.thing, .prices', delivery: '.thing', data: '.check' }

await visit(async (page, browser) => {
    const seen = {
        gateways: await setUpGateway(page),
        form: await breakForms(page),
        prices: await tryPrices(page),
        budgets: await limit(page),
        delivery: await deliver(page),
        data: await changeData(page),
        back: await goBack(page),
    }
    const judged = await lookAtEach(page)
    return { ...seen, ...judged, member: await lookAs(browser, 'member'), stranger: await lookAs(browser, 'stranger') }
})

/** How the webhook answers a token. */
async function post(token, events) {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const answer = await fetch(`${url}/api/llm_gateway/webhook`, { method: 'POST', headers, body: JSON.stringify(events) })
    return answer.status
}

async function setUpGateway(page) {
    await page.goto(addressOf('settings/'))
    await page.getByText('Waiting for the first event').waitFor()
    await shoot(page, 'settings-waiting')
    const form = page.getByRole('form', { name: 'New credential' })
    await form.getByLabel('Label').fill('proxy')
    await form.getByLabel('Gateway (optional)').fill('production')
    await form.getByLabel('Signature').selectOption('optional')
    await form.getByRole('button').click()
    const token = await readSecret(page)
    const signingSecret = await page.getByLabel('Signing secret of proxy', { exact: true }).innerText()
    const environment = await page.locator('pre[aria-label=Environment]').innerText()
    await shoot(page, 'settings-token')
    const statuses = { created: await post(token, [event]) }
    await page.getByText('The first event is here').waitFor()
    const first = await readFirst(page)
    await page.getByRole('button', { name: 'I have stored it' }).click()
    const content = await page.content()
    const isGone = !content.includes(token) && !content.includes(signingSecret)
    const rotated = await rotate(page)
    statuses.afterRotation = { old: await post(token, [null]), rotated: await post(rotated, [null]) }
    await revoke(page)
    statuses.revoked = await post(rotated, [null])
    return { token, signingSecret, environment, first, isGone, statuses }
}

async function readSecret(page) {
    await page.locator('.secret').waitFor()
    return (await page.locator('.secret pre').first().innerText()).trim()
}

async function readFirst(page) {
    const fact = (name) => page.locator(`.latest [data-fact=${name}]`)
    return {
        model: await fact('model').innerText(),
        tokens: await fact('tokens').locator('.figure').getAttribute('title'),
        cost: await fact('cost').locator('.figure').getAttribute('title'),
        href: await page.locator('.latest a').getAttribute('href'),
    }
}

async function rotate(page) {
    await page.getByRole('button', { name: 'Rotate proxy' }).click()
    const form = page.getByRole('form', { name: 'Rotate proxy' })
    await form.getByLabel('Hours that the old token still opens').fill('0')
    await form.getByRole('button', { name: 'Make a new token' }).click()
    const token = await readSecret(page)
    await page.getByRole('button', { name: 'I have stored it' }).click()
    return token
}

async function revoke(page) {
    await page.getByRole('button', { name: 'Revoke proxy' }).click()
    await page.getByRole('button', { name: 'Revoke for good' }).click()
    await page.locator('[data-credential=proxy] .state.is-revoked').waitFor()
}

/** What is wrong stands at its field, which has the focus. */
async function breakForms(page) {
    const form = page.getByRole('form', { name: 'New credential' })
    await form.getByRole('button').click()
    await form.locator('.field-fault').waitFor()
    const fault = await form.locator('.field-fault').innerText()
    return { fault, focused: await page.evaluate(() => document.activeElement?.getAttribute('name')) }
}

async function tryPrices(page) {
    await page.getByRole('link', { name: 'Prices' }).click()
    const listed = await work(page)
    const setting = page.getByRole('form', { name: 'Set a price' })
    await setting.getByLabel('Model').fill('house-*')
    await setting.getByLabel('Input', { exact: true }).fill('1.5')
    await setting.getByLabel('Output', { exact: true }).fill('6')
    await setting.getByRole('button').click()
    await page.locator('tr[data-price="house-*"]').waitFor()
    const tester = page.getByRole('form', { name: 'Price tester' })
    await tester.getByLabel('Model').fill('house-llama')
    await tester.getByLabel('Provider (optional)').fill('')
    await tester.getByLabel('Usage, as JSON').fill('{"prompt_tokens": 1000, "completion_tokens": 500}')
    const own = await work(page, 'team’s own price of house-*')
    await tester.getByLabel('Usage, as JSON').fill('{"prompt_tokens": ')
    await tester.getByRole('button').click()
    const fault = await tester.locator('.field-fault').innerText()
    await tester.getByLabel('Usage, as JSON').fill('{"prompt_tokens": 1000, "completion_tokens": 500}')
    await work(page, 'team’s own price of house-*')
    return { listed, own, fault }
}

async function work(page, said = 'price list') {
    await page.getByRole('button', { name: 'Work it out' }).click()
    await page.locator('.trial-total', { hasText: said }).waitFor()
    const terms = await page.locator('.terms tbody tr').all()
    const pairs = terms.map(async (term) => [
        await term.getAttribute('data-term'),
        await term.locator('[data-amount]').innerText(),
    ])
    return {
        total: await page.locator('.trial-cost .figure').getAttribute('title'),
        said: await page.locator('.trial-total').innerText(),
        terms: Object.fromEntries(await Promise.all(pairs)),
        chosen: await page.locator('.candidates .is-chosen').allInnerTexts(),
    }
}

async function limit(page) {
    await page.getByRole('link', { name: 'Budgets' }).click()
    const form = page.getByRole('form', { name: 'New budget' })
    await form.getByLabel('Limit').fill('0.01')
    await form.getByRole('button').click()
    const line = page.locator('.thing[data-budget]')
    await line.waitFor()
    return {
        name: await line.getAttribute('data-budget'),
        used: await line.locator('[data-fact=used] .figure').getAttribute('title'),
        remaining: await line.locator('[data-fact=remaining] .figure').getAttribute('title'),
    }
}

async function deliver(page) {
    await page.getByRole('link', { name: 'Report delivery' }).click()
    const form = page.getByRole('form', { name: 'New destination' })
    await form.getByLabel('Name').fill('books')
    await form.getByLabel('Address').fill('books.example.com')
    await form.getByRole('button').click()
    await form.locator('.field-fault').waitFor()
    const fault = await form.locator('.field-fault').innerText()
    await form.getByLabel('Address').fill('https://books.example.com/usage')
    await form.getByRole('button').click()
    const secret = await readSecret(page)
    await page.getByRole('button', { name: 'I have stored it' }).click()
    await page.getByRole('button', { name: 'Stop books' }).click()
    await page.getByRole('button', { name: 'Resume books' }).waitFor()
    const state = await page.locator('[data-destination=books] .state').innerText()
    return { fault, secret, state, again: await sendAgain(page) }
}

async function sendAgain(page) {
    await page.getByRole('button', { name: 'Send version 1 of 2026-01-01 to archive again' }).click()
    const row = page.getByRole('row', { name: /archive/ }).filter({ has: page.locator('.state.is-pending') })
    await row.waitFor()
    return row.innerText()
}

async function changeData(page) {
    await page.getByRole('link', { name: 'Data and days' }).click()
    await page.getByLabel('Days of', { exact: true }).selectOption('Pacific/Chatham')
    await page.getByRole('button', { name: 'Save time zone' }).click()
    await page.locator('.field-fault').waitFor()
    const fault = await page.locator('.field-fault').innerText()
    await page.getByLabel('Days that an event is kept').fill('7')
    await page.getByRole('button', { name: 'Save retention' }).click()
    await page.getByRole('button', { name: 'Delete older events' }).click()
    await page.locator('section', { hasText: 'Retention' }).getByText('✓ Saved').waitFor()
    await page.getByLabel('Keep nothing that is said').check()
    await page.getByRole('button', { name: 'Save privacy' }).click()
    await page.locator('section', { hasText: 'Privacy' }).getByText('✓ Saved').waitFor()
    await page.reload()
    return {
        fault,
        retention: await page.getByLabel('Days that an event is kept').inputValue(),
        isPrivate: await page.getByLabel('Keep nothing that is said').isChecked(),
    }
}

async function goBack(page) {
    await page.getByRole('link', { name: 'Budgets' }).click()
    await page.getByRole('heading', { name: 'Budgets' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Retention' }).waitFor()
    return new URL(page.url()).pathname
}

async function lookAtEach(page) {
    const screens = Object.entries(SECTIONS).map(([section, selector]) => ({
        section,
        address: addressOf(`settings/${section}`),
        ready: async (there) => {
            await there.locator(selector).first().waitFor()
            await waitUntilLoaded(there)
        },
    }))
    for (const { section, address, ready } of screens) {
        await page.goto(address)
        await ready(page)
        if (section === 'prices') await work(page)
        await shoot(page, `settings-${section}`)
    }
    return judge(page, screens)
}

/** What others than the owner find, and what the API says to them. */
async function lookAs(browser, role) {
    const page = await openPage(browser, links[role])
    await page.goto(addressOf('settings/gateways'))
    await page.getByText(/Credentials are shown to owners|There is no such team|You belong to no organization/).first().waitFor()
    const statuses = {}
    for (const resource of ['credentials', 'prices', 'settings', 'budgets', 'delivery_destinations']) {
        const answer = await page.request.get(`${url}/api/projects/${teamId}/llm_analytics/${resource}/`)
        statuses[resource] = answer.status()
    }
    const said = await page.locator('main').innerText()
    await page.goto(addressOf('settings/data'))
    await page.getByText(/Events are kept|There is no such team|You belong to no organization/).first().waitFor()
    const forms = await page.locator('main form').count()
    if (role === 'member') await shoot(page, 'settings-member')
    return { statuses, said, forms }
}
