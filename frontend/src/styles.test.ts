/** Colours by WCAG 2.2 AA: text 4.5:1 (1.4.3), parts of pictures 3:1 (1.4.11), against what they stand on. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const CSS = readFileSync('src/styles.css', 'utf8')
const THEMES = { light: ':root {', dark: ":root[data-theme='dark'] {" }
const TEXT: [string, string][] = [
    ...['--ink', '--faint', '--accent', '--fault', '--warning', '--good'].flatMap(
        (name): [string, string][] => [[name, '--sheet'], [name, '--ground']]
    ),
    ['--on-accent', '--accent'],
    ['--fault', '--fault-ground'],
    ['--warning', '--warning-ground'],
]
const KINDS = ['--kind-uncached', '--kind-cache-read', '--kind-cache-creation', '--kind-visible', '--kind-reasoning']

function readColours(beginning: string): Record<string, string> {
    const block = CSS.slice(CSS.indexOf(beginning)).split('}')[0] ?? ''
    return Object.fromEntries([...block.matchAll(/(--[\w-]+): (#\w{6});/g)].map(([, name, value]) => [name, value]))
}

function luminance(colour: string): number {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((place) => {
        const part = Number.parseInt(colour.slice(place, place + 2), 16) / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one = '', other = ''): number {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
    return (light + 0.05) / (dark + 0.05)
}

test.each(Object.entries(THEMES))('%s: every text and every part of a picture can be seen', (_, beginning) => {
    const colours = readColours(beginning)
    const faint = TEXT.filter(([front, back]) => !(contrast(colours[front], colours[back]) >= 4.5))
    const unseen = [...KINDS, '--bar'].filter((name) => !(contrast(colours[name], colours['--sheet']) >= 3))
    expect({ faint, unseen }).toEqual({ faint: [], unseen: [] })
})

test.each(Object.entries(THEMES))('%s: no kind of token has the colour of a state or a link', (_, beginning) => {
    const colours = readColours(beginning)
    const others = ['--accent', '--fault', '--warning', '--good', '--bar'].map((name) => colours[name])
    expect(new Set([...KINDS.map((name) => colours[name]), ...others]).size).toBe(KINDS.length + others.length)
})

test('dark is dark, whether the system or the visitor asked for it', () => {
    expect(readColours(":root:not([data-theme='light']) {")).toEqual(readColours(THEMES.dark))
})
