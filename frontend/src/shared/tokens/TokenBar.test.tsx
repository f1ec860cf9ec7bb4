import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { splitTokens } from './parts'
import { TokenBar } from './TokenBar'

const NOTHING = {
    input_tokens: null,
    output_tokens: null,
    cache_read_input_tokens: null,
    cache_creation_input_tokens: null,
    reasoning_tokens: null,
}
const CALL = {
    input_tokens: 10_074,
    output_tokens: 916,
    cache_read_input_tokens: 6301,
    cache_creation_input_tokens: 3634,
    reasoning_tokens: 557,
}

test('every token is in exactly one part', () => {
    expect(splitTokens(CALL).map((part) => part.count)).toEqual([139, 6301, 3634, 359, 557])
})

test('what nobody reported is unknown, and its tokens stay in the whole', () => {
    const counts = { ...NOTHING, input_tokens: 100, output_tokens: 20 }
    expect(splitTokens(counts).map((part) => part.count)).toEqual([100, null, null, 20, null])
})

test('widths are the parts, and each is told in words', () => {
    const { container } = render(<TokenBar counts={CALL} />)
    const widths = [...container.querySelectorAll('[data-part]')].map((part) => [
        part.getAttribute('data-part'),
        (part as HTMLElement).style.flexGrow,
    ])
    expect(widths).toEqual([
        ['uncached_input_tokens', '139'],
        ['cache_read_input_tokens', '6301'],
        ['cache_creation_input_tokens', '3634'],
        ['visible_output_tokens', '359'],
        ['reasoning_tokens', '557'],
    ])
    expect(screen.getByRole('img').getAttribute('aria-label')).toContain('Cache read 6,301 tokens')
})

test('a call without counts, or of zeros alone, has no bar', () => {
    const { container } = render(
        <>
            <TokenBar counts={NOTHING} />
            <TokenBar counts={{ ...NOTHING, input_tokens: 0, output_tokens: 0 }} />
        </>
    )
    expect(container.childElementCount).toBe(0)
})
