import { shared } from './shared.js'

/**
 * Servers of this package, such as the gateway's: the instrumentation in the same process records no request entries
 * for them.
 */
export const ownServers = shared('own-servers', () => new WeakSet<object>())
