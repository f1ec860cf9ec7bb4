import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

// Only so that a wait that is in vain ends: a busy machine is no fault of the screen's.
configure({ asyncUtilTimeout: 5_000 })
afterEach(cleanup)
