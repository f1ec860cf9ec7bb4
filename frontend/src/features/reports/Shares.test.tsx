import { render, screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { Shares } from './Shares'

const SHARE = {
    name: 'm',
    calls: 1,
    unpriced_calls: 0,
    total_cost_usd: '1234567.042836',
    input_tokens: null,
    output_tokens: null,
    total_tokens: 4_590_998_877_665,
    cache_read_input_tokens: null,
    cache_creation_input_tokens: null,
    reasoning_tokens: null,
}

test('long figures scroll within their own box, which the keyboard reaches', () => {
    render(<Shares title="By model" shares={[SHARE]} />)
    const box = screen.getByRole('region', { name: 'By model' })
    expect(box.tabIndex).toBe(0)
    expect(within(box).getByTitle('$1,234,567.042836')).toBeTruthy()
})
