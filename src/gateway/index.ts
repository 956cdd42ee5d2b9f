export { LognitorError } from '../config/errors.js'
export { type Gateway, startGateway } from './gateway.js'
export type { GatewayOptions } from './gateway-options.js'
export type { GatewayStats } from './gateway-stats.js'
