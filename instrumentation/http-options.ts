import { expectObject, OPTIONS } from '../src/options.js'
import type { DoorOptions } from '../src/pipelines.js'
import type { HttpConfig } from './http-config.js'
import { ROW_OPTION_NAMES, type RowOptions } from './row-options.js'

/**
 * All options of `HttpInstrumentation`, what rows hold, and the client: as `client`, as its own options, or
 * left out for the default one. `enabled` is the instrumentation's, not the client's.
 */
export type LognitorHttpOptions = HttpConfig & RowOptions & Omit<DoorOptions, 'enabled'>

export interface SplitOptions {
  /** For the pipeline. */
  readonly door: DoorOptions
  readonly rows: RowOptions
  /** For HttpInstrumentation: all but the client's options. What rows hold stays, so that it can be read back. */
  readonly http: HttpConfig & RowOptions
}

export function splitOptions(options: LognitorHttpOptions): SplitOptions {
  expectObject(options)
  const door: Record<string, unknown> = {}
  const rows: Record<string, unknown> = {}
  const http: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    const isClients = name === 'client' || (name !== 'enabled' && Object.hasOwn(OPTIONS, name))
    if (isClients) door[name] = value
    else http[name] = value
    if (ROW_OPTION_NAMES.includes(name)) rows[name] = value
  }
  return { door, rows, http }
}
