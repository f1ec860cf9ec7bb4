/**
 * Be the first visitor of an instance without users.
 *
 * The question's own: {"email", "password"}
 */
import { judge, question, shoot, visit } from './visit.mjs'

const { url, email, password } = question

await visit(async (page) => {
    await page.goto(url)
    await shoot(page, 'sign-in-first-run')
    const ready = (judged) => judged.locator('form').first().waitFor()
    const judged = await judge(page, ['login', 'setup'].map((path) => ({ address: `${url}/${path}`, ready })))
    await page.getByRole('link', { name: 'Create the first user' }).click()
    const refused = await refuse(page)
    await shoot(page, 'first-run')
    const made = await make(page)
    return { ...judged, refused, made, again: await comeBack(page) }
})

/** Too weak a password is named at its field. */
async function refuse(page) {
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password').fill('password')
    await page.getByLabel('Organization').fill('Acme')
    await page.getByLabel('First team').fill('Search')
    await page.getByRole('button', { name: 'Create the first user' }).click()
    await page.locator('.note.fault').waitFor()
    return {
        fault: await page.locator('.note.fault').innerText(),
        focused: await page.evaluate(() => document.activeElement?.getAttribute('name')),
        kept: await page.getByLabel('Organization').inputValue(),
    }
}

async function make(page) {
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Create the first user' }).click()
    await page.getByText('Waiting for the first event').waitFor()
    return {
        path: new URL(page.url()).pathname,
        who: await page.locator('.who').innerText(),
        team: await page.getByLabel('Team').first().locator('option:checked').innerText(),
    }
}

/** Sign out and in again: the page that made the user is gone, the UI and the daily table lead to each other. */
async function comeBack(page) {
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(/\/login/)
    await shoot(page, 'sign-in')
    const offers = await page.getByRole('link', { name: 'Create the first user' }).count()
    await page.goto(`${url}/setup`)
    const closed = new URL(page.url()).pathname
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/project\/\d+\/overview/)
    await page.getByRole('link', { name: 'Reports' }).click()
    await page.getByRole('link', { name: 'Daily usage of all teams' }).click()
    await page.waitForURL((address) => address.pathname === '/usage')
    await page.getByRole('link', { name: 'LLM Analytics' }).click()
    await page.waitForURL(/\/project\/\d+\/overview/)
    return { offers, closed }
}
