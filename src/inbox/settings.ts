import { LognitorError, unknownOption } from '../config/errors.js'
import { expectObject } from '../config/options.js'
import { showValue } from '../config/show-value.js'

/** Options of `startInbox`. */
export interface InboxOptions {
  /** Port to listen on; 0, the default, takes any free port. */
  port?: number
  /** Loopback address to listen on. Default `127.0.0.1`. */
  host?: string
  /** Most logs in memory; the oldest are dropped first. Default 50 000. */
  maxLogs?: number
  /** Most request entries in memory; the oldest are dropped first. Default 50 000. */
  maxRequests?: number
  /** Most bytes in memory, for logs and for request entries together, estimated. Default 256 MiB. */
  maxBytes?: number
  /** Largest body in bytes, both compressed and decompressed. Default: the largest the documented limits allow. */
  maxBodyBytes?: number
  /** Accepted keys, as a list or as a function. Default: every non-empty key. */
  apiKeys?: readonly string[] | ((key: string) => boolean)
  /** File to store incoming data, as NDJSON; it is read again at the next start. Default: memory only. */
  data?: string
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
  /** A random number in [0, 1), for the faults' `rate`. Default `Math.random`. */
  random?: () => number
}

export interface InboxSettings {
  readonly port: number
  readonly host: string
  readonly maxLogs: number
  readonly maxRequests: number
  readonly maxBytes: number
  readonly maxBodyBytes: number
  readonly acceptsKey: (key: string) => boolean
  readonly data: string | undefined
  readonly now: () => number
  readonly random: () => number
}

/** 100 logs of 256 KiB, and room for the JSON around them. */
const DEFAULT_MAX_BODY_BYTES = 100 * 256 * 1024 + 64 * 1024

const NAMES: readonly string[] = [
  'port',
  'host',
  'maxLogs',
  'maxRequests',
  'maxBytes',
  'maxBodyBytes',
  'apiKeys',
  'data',
  'now',
  'random',
] satisfies (keyof InboxOptions)[]

/** Applies the defaults. Throws a `LognitorError` for an unknown option or a wrong value. */
export function inboxSettings(options: InboxOptions): InboxSettings {
  expectObject(options)
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name)) throw unknownOption('startInbox knows no option', name, NAMES)
  }
  return Object.freeze({
    port: within('port', options.port ?? 0, 0, 65_535),
    host: loopback(options.host ?? '127.0.0.1'),
    maxLogs: within('maxLogs', options.maxLogs ?? 50_000, 1, 10_000_000),
    maxRequests: within('maxRequests', options.maxRequests ?? 50_000, 1, 10_000_000),
    maxBytes: within('maxBytes', options.maxBytes ?? 256 * 1024 * 1024, 1, Number.MAX_SAFE_INTEGER),
    maxBodyBytes: within(
      'maxBodyBytes',
      options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
      1,
      512 * 1024 * 1024,
    ),
    acceptsKey: keyRule(options.apiKeys),
    data: fileName(options.data),
    now: callable('now', options.now ?? Date.now),
    random: callable('random', options.random ?? Math.random),
  })
}

function within(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw badOption(name, `a whole number from ${least} to ${most}`, showValue(value))
}

function loopback(host: unknown): string {
  if (typeof host === 'string' && /^(localhost|::1|127(\.\d{1,3}){3})$/.test(host)) return host
  throw badOption('host', 'a loopback address, such as 127.0.0.1', showValue(host))
}

function keyRule(keys: InboxOptions['apiKeys']): (key: string) => boolean {
  if (keys === undefined) return () => true
  if (typeof keys === 'function') return keys
  if (Array.isArray(keys) && keys.every((key) => typeof key === 'string')) {
    const accepted = new Set<string>(keys)
    return (key) => accepted.has(key)
  }
  throw badOption('apiKeys', 'a list of strings or a function', typeof keys)
}

function fileName(file: unknown): string | undefined {
  if (file === undefined || (typeof file === 'string' && file !== '')) return file
  throw badOption('data', 'the path of a file', showValue(file))
}

function callable<T>(name: string, value: T): T {
  if (typeof value === 'function') return value
  throw badOption(name, 'a function', showValue(value))
}

function badOption(name: string, expectation: string, value: string): LognitorError {
  return new LognitorError('LOGNITOR_BAD_OPTION', `startInbox: ${name} must be ${expectation}, not ${value}.`)
}
