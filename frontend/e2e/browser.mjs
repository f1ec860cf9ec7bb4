/** A headless Chromium for the tests: the machine's own, else the one of a registry package. */
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const FLAGS = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
]

async function findProgram() {
    return PROGRAMS.find((program) => existsSync(program)) ?? (await unpackPackage())
}

/** The package brings the libraries and fonts that a bare machine lacks, but unpacks them where it takes it for AWS. */
async function unpackPackage() {
    process.env.AWS_LAMBDA_JS_RUNTIME ??= `nodejs${process.versions.node.split('.')[0]}.x`
    return (await import('@sparticuz/chromium')).default.executablePath()
}

export async function launch() {
    return chromium.launch({ executablePath: await findProgram(), args: FLAGS })
}
