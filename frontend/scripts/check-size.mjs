/** Fails when the scripts that the first screen waits for are larger than the budget. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET_BYTES = 250_000
const dist = new URL('../dist/', import.meta.url)
const page = readFileSync(new URL('index.html', dist), 'utf8')
const scripts = [...page.matchAll(/(?:src|href)="\/static\/ui\/([^"]+\.js)"/g)].map((match) => match[1])
const sizes = scripts.map((name) => gzipSync(readFileSync(new URL(name, dist))).length)
const total = sizes.reduce((sum, size) => sum + size, 0)
console.log(`initial JavaScript: ${total.toLocaleString('en')} bytes gzipped of ${BUDGET_BYTES.toLocaleString('en')}`)
process.exit(scripts.length > 0 && total < BUDGET_BYTES ? 0 : 1)
