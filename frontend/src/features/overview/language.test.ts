import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => { vi.restoreAllMocks() })

test('a browser whose language is none gets one that numbers can be written in', async () => {
    const spy = vi.spyOn(navigator, 'language', 'get').mockReturnValue('en-US@posix')
    await import('./language')
    expect(() => new Intl.NumberFormat(navigator.language)).not.toThrow()
    expect(spy).toHaveBeenCalledTimes(1)
})
