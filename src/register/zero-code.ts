import { shared } from '../common/shared.js'

/** Whether zero code has started in this thread. */
export const zeroCode = shared('register', () => ({ hasStarted: false }))
