import { nearest } from '../src/config/did-you-mean.js'
import { unknownOption, warnOnce } from '../src/config/errors.js'
import { expectObject, OPTIONS } from '../src/config/options.js'
import type { ClientOrOptions } from '../src/pipeline/registry.js'
import { HTTP_OPTION_NAMES, type HttpConfig } from './http-config.js'
import { REQUEST_ENTRY_OPTION_NAMES, type RequestEntryOptions } from './request-options.js'

/**
 * All options of `HttpInstrumentation`, the options of request entries, and the client: as `client`, as options of a
 * client, or left out for the default client. `enabled` belongs to the instrumentation and not to the client.
 */
export type LognitorHttpOptions = HttpConfig & RequestEntryOptions & Omit<ClientOrOptions, 'enabled'>

export interface SplitOptions {
  /** For the pipeline. */
  readonly client: ClientOrOptions
  readonly entries: RequestEntryOptions
  /**
   * For HttpInstrumentation: everything but the client's options. The options of request entries stay, so that
   * `getConfig` returns them.
   */
  readonly http: HttpConfig & RequestEntryOptions
}

/**
 * Checks the names of options. A misspelt option of ours throws. A name that resembles none of ours may be an option of
 * a newer HttpInstrumentation: it is passed on, with one warning.
 * @throws LognitorError `LOGNITOR_UNKNOWN_OPTION`
 */
export function refuseUnknownHttpOptions(options: LognitorHttpOptions): void {
  const clients = Object.keys(OPTIONS).filter((name) => name !== 'enabled')
  const known = ['client', ...REQUEST_ENTRY_OPTION_NAMES, ...HTTP_OPTION_NAMES, ...clients]
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    if (nearest(name, known)) throw unknownOption('LognitorHttpInstrumentation has no option', name, known)
    warnOnce(
      'LOGNITOR_UNKNOWN_HTTP_OPTION',
      `LognitorHttpInstrumentation does not know the option "${name.slice(0, 100)}" and passes it to HttpInstrumentation, which may ignore it. Correct the name, or leave it out.`,
      name,
    )
  }
}

export function splitOptions(options: LognitorHttpOptions): SplitOptions {
  expectObject(options)
  const client: Record<string, unknown> = {}
  const entries: Record<string, unknown> = {}
  const http: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    const isClients = name === 'client' || (name !== 'enabled' && Object.hasOwn(OPTIONS, name))
    if (isClients) client[name] = value
    else http[name] = value
    if (REQUEST_ENTRY_OPTION_NAMES.includes(name)) entries[name] = value
  }
  return { client, entries, http }
}
