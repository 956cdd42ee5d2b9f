import { leaseFor } from '../src/pipelines.js'
import { chainRequestHook } from './hooks.js'
import type { HttpConfig, RequestHook } from './http-config.js'
import { type LognitorHttpOptions, splitOptions } from './http-options.js'
import { RequestDoor } from './request-door.js'

/** What `withLognitor` takes: a client or its options, and what rows hold. */
export type WithLognitorOptions = Omit<LognitorHttpOptions, keyof HttpConfig>

/**
 * A configuration for an `HttpInstrumentation` that somebody else makes, with our hook chained after the
 * user's own. Rows are written from this call on, unless the configuration says `enabled: false`.
 *
 * @throws {LognitorError} for a wrong option
 * @example
 * getNodeAutoInstrumentations({
 *   '@opentelemetry/instrumentation-http': withLognitor({}, { ignoreRoutes: ['/health'] }),
 * })
 */
export function withLognitor<const Config extends HttpConfig>(
  httpConfig?: Config,
  options: WithLognitorOptions = {},
): Config & { requestHook: RequestHook } {
  const { door: doorOptions, rows } = splitOptions(options)
  const door = new RequestDoor(leaseFor(doorOptions), rows)
  if (httpConfig?.enabled !== false) door.open()
  return { ...(httpConfig as Config), requestHook: chainRequestHook(httpConfig?.requestHook) }
}
