import { shared } from '../shared.js'

/** Whether zero code has started in this thread. */
export const zeroCode = shared('register', () => ({ hasStarted: false }))
