import { unknownOption } from '../src/config/errors.js'
import { OPTIONS } from '../src/config/options.js'
import { handleFor } from '../src/pipeline/registry.js'
import { chainRequestHook } from './hooks.js'
import type { HttpConfig, RequestHook } from './http-config.js'
import { type LognitorHttpOptions, splitOptions } from './http-options.js'
import { REQUEST_ENTRY_OPTION_NAMES } from './request-options.js'
import { RequestRecorder } from './request-recorder.js'

/** The options of `withLognitor`: a client or its options, and the options of request entries. */
export type WithLognitorOptions = Omit<LognitorHttpOptions, keyof HttpConfig>

/**
 * A configuration for an `HttpInstrumentation` that is created elsewhere, with our hook chained after the user's own.
 * Request entries are written from this call on, unless the configuration says `enabled: false`.
 *
 * @throws LognitorError for a wrong option
 * @example
 * getNodeAutoInstrumentations({
 *   '@opentelemetry/instrumentation-http': withLognitor({}, { ignoreRoutes: ['/health'] }),
 * })
 */
export function withLognitor<const Config extends HttpConfig>(
  httpConfig?: Config,
  options: WithLognitorOptions = {},
): Config & { requestHook: RequestHook } {
  const { client, entries, http } = splitOptions(options)
  refuseUnknown(http)
  const recorder = new RequestRecorder(handleFor(client), entries)
  if (httpConfig?.enabled !== false) recorder.open()
  return { ...(httpConfig as Config), requestHook: chainRequestHook(httpConfig?.requestHook) }
}

/** This argument takes Lognitor's options only. An option of HttpInstrumentation here is misplaced or misspelt. */
function refuseUnknown(http: object): void {
  const unknown = Object.keys(http).find((name) => !REQUEST_ENTRY_OPTION_NAMES.includes(name))
  if (unknown === undefined) return
  const clients = Object.keys(OPTIONS).filter((name) => name !== 'enabled')
  const known = ['client', ...REQUEST_ENTRY_OPTION_NAMES, ...clients]
  const hint = '; options of HttpInstrumentation belong in the first argument'
  throw unknownOption('withLognitor has no option', unknown, known, hint)
}
