import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { ProblemError } from '../api/client'
import { ErrorNote } from './states'

const FAULTS = ['start', 'end'].map((parameter) => ({ parameter, detail: 'expected a day', code: 'invalid' }))

function refuse(errors: typeof FAULTS) {
    const detail = errors.map((each) => `${each.parameter}: ${each.detail}`).join('; ')
    return new ProblemError({ type: 'about:blank', title: 'Bad Request', status: 400, detail, code: 'invalid', errors })
}

test.each([[1, 'Bad Request. start: expected a day'], [2, 'Bad Request. start expected a dayend expected a day']])(
    '%i things that are wrong are each said once',
    (count, text) => {
        render(<ErrorNote error={refuse(FAULTS.slice(0, count))} retry={vi.fn()} />)
        expect(screen.getByRole('alert').textContent).toBe(`${text}Try again`)
    }
)

test('what is no answer of the API says what the browser says, and can be tried again', async () => {
    const retry = vi.fn()
    render(<ErrorNote error={new TypeError('Failed to fetch')} retry={retry} />)
    expect(screen.getByRole('alert').textContent).toContain('No answer. Failed to fetch')
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(retry).toHaveBeenCalledOnce()
})
