import { shared } from '../common/shared.js'

/**
 * Whether the application has loaded the main entry point of this package, and so may log by the client. The other
 * entry points do not load that one.
 */
export const mainEntry = shared('mainEntry', () => ({ isLoaded: false }))
