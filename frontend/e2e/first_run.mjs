/**
 * Be the first visitor of an instance without users; what was seen is printed as JSON.
 *
 * stdin: {"url", "email", "password", "screenshots": a folder}
 */
import { mkdirSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { launch } from './browser.mjs'
import { isTooWide, judge, openPage, shoot } from './visiting.mjs'

const { url, email, password, screenshots } = JSON.parse(await text(process.stdin))
mkdirSync(screenshots, { recursive: true })
const browser = await launch()
try {
    console.log(JSON.stringify(await look()))
} finally {
    await browser.close()
}

async function look() {
    const faults = []
    const page = await openPage(browser, faults)
    await page.goto(url)
    await shoot(page, screenshots, 'sign-in-first-run')
    const axe = await judge(browser, null, { [`${url}/login`]: 'form', [`${url}/setup`]: 'form' })
    await page.getByRole('link', { name: 'Create the first user' }).click()
    const wide = await isTooWide(page)
    const refused = await refuse(page)
    await shoot(page, screenshots, 'first-run')
    const made = await make(page)
    return { axe, wide, refused, made, again: await comeBack(page), faults }
}

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
    await shoot(page, screenshots, 'sign-in')
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
