import { resolve } from 'node:path'
import type { DropReason } from '../diagnostics/drop-ledger.js'
import { LEVELS, type Level } from '../wire/level.js'
import type { Log } from '../wire/log.js'
import type { Transport } from '../wire/transport.js'
import { LognitorError, unknownOption, warnOnce } from './errors.js'
import { warnOfSeconds } from './likely-seconds.js'
import {
  address,
  either,
  flag,
  fn,
  integer,
  type Kind,
  listOf,
  oneOf,
  oneOfInAnyCase,
  orFalse,
  proxyAddress,
  regExp,
  splitList,
  text,
} from './option-kinds.js'
import { readResourceEnvironment } from './resource-environment.js'
import { showValue, typeInWords } from './show-value.js'
import { warnOfUnknownVariables } from './variables.js'

/**
 * Receives a log in its wire form, in snake case. Returns the log, changed or not, or null to drop it. If the function
 * throws or is asynchronous, the log is dropped as `before_send_error`.
 */
export type BeforeSend = (log: Log) => Log | null
/** An item of `redactPatterns`: the name of a built-in pattern, or a regular expression. */
export type RedactPattern = 'email' | 'creditCard' | 'ssn' | 'bearer' | RegExp
export type BreadcrumbSource = 'requests' | 'outgoing' | 'logs'

/** The options of `init` and of every entry point, all optional. Times are in milliseconds. */
export interface Options {
  /** The project's write-only key. Without a key a warning is emitted and nothing is sent. */
  apiKey?: string | undefined
  /** Base address of the Lognitor API. Default `https://api.lognitor.com/api/v1`. */
  apiUrl?: string | undefined
  /** Name of the service. Default: from the OpenTelemetry resource. */
  service?: string | undefined
  /** `production`, `staging` etc. Default: from the resource. */
  environment?: string | undefined
  /** Version of the service. Default: from the resource. */
  version?: string | undefined
  /** The release that every log belongs to, as returned by `registerRelease`. */
  releaseId?: string | undefined
  /** Logs per batch, 1 to 100; grows to 100 under backlog. Default 25. */
  batchSize?: number | undefined
  /** Longest time in ms that a log waits for its batch to fill. Default 5000. */
  flushInterval?: number | undefined
  /** Retries of one batch before it goes to the end of the queue. Default 3. */
  maxRetries?: number | undefined
  /** Most logs that wait in memory. Default 10 000. */
  maxQueueSize?: number | undefined
  /** Most bytes in memory, waiting and in flight: a hard bound. Default 32 MiB. */
  maxQueueBytes?: number | undefined
  /** Lowest level that is sent. Default: all levels. */
  minLevel?: Level | undefined
  /** `false` turns everything off. Default true. */
  enabled?: boolean | undefined
  /** Truncates logs over 256 KiB instead of dropping them. Default false. */
  autoTruncate?: boolean | undefined
  /** Writes what the client does to stderr. Default false. */
  debug?: boolean | undefined
  /** Most breadcrumbs per request. Default 100. */
  maxBreadcrumbs?: number | undefined
  /** Matches are replaced by `[REDACTED]` in every string. Default none. */
  redactPatterns?: readonly RedactPattern[] | undefined
  /** Names of query parameters whose value becomes `[SCRUBBED]`, besides `token`, `password` etc. */
  scrubUrlParams?: readonly string[] | undefined
  /** Called last with each wire log; may change it, or return null to drop it. */
  beforeSend?: BeforeSend | undefined
  /** Adds `file:line` of each client call as `source`. Default false. */
  captureCallerInfo?: boolean | undefined
  /** Adds the source lines around the application's stack frame to errors. Default true. */
  sourceContext?: boolean | undefined
  /** Which breadcrumbs are recorded automatically. Default: all. */
  breadcrumbs?: Partial<Record<BreadcrumbSource, boolean>> | undefined
  /** Logs uncaught exceptions and unhandled rejections. Default true. */
  captureUncaught?: boolean | undefined
  /** Longest time in ms that the process may be held at its end, or false. Default 2000. */
  flushOnExit?: number | false | undefined
  /** Stores undelivered logs on disk. Default off. */
  spool?: { directory: string; maxBytes?: number | undefined } | undefined
  /** `gzip` if the receiver is known to accept it. Default `none`. */
  compression?: 'none' | 'gzip' | undefined
  /** Proxy address, or false for none. Default: from `https_proxy`, `http_proxy`, `no_proxy`. */
  proxy?: string | false | undefined
  /** Sends all resource attributes as metadata, not only the best-known ones. Default false. */
  allResourceAttributes?: boolean | undefined
  /** Called at every drop with its reason and the number of entries. */
  onDrop?: ((reason: DropReason, count: number) => void) | undefined
  /** Sends the requests instead of the built-in HTTP transport: `MemoryTransport` in tests. */
  transport?: Transport | undefined
}

/** The definition of one option: its type, and its other sources. */
export interface Known<T> {
  readonly kind: Kind<T>
  readonly fallback?: T
  /** Environment variables that are tried before `LOGNITOR_<NAME>`. */
  readonly env?: readonly string[]
  /** An object whose fields are options of their own: fields that are not named keep their values. */
  readonly hasFields?: true
  /** When a new value takes effect in a running client. Absent: from the next log on. */
  readonly changes?: 'from the next request on' | 'where there was none'
  /** The value is never shown. */
  readonly secret?: true
}

const MEBIBYTE = 1024 * 1024
const BREADCRUMB_SOURCES = ['requests', 'outgoing', 'logs'] as const

const visibleAscii: Kind<string> = {
  expected: 'a string of visible ASCII characters',
  check: (value) => {
    const key = typeof value === 'string' ? value.trim() : undefined
    return key !== undefined && /^[\x21-\x7e]{0,1024}$/.test(key) ? key : undefined
  },
  get read() {
    return visibleAscii.check
  },
}

const breadcrumbs: Kind<Readonly<Record<BreadcrumbSource, boolean>>> = {
  expected: 'an object with requests, outgoing and logs, each true or false',
  expectedWords: 'some of requests, outgoing, logs, separated by commas, or none',
  check: (value) => {
    if (typeof value !== 'object' || value === null) return undefined
    const entries = Object.entries(value)
    const fits = ([name, on]: [string, unknown]) =>
      (BREADCRUMB_SOURCES as readonly string[]).includes(name) &&
      (on === undefined || typeof on === 'boolean')
    if (!entries.every(fits)) return undefined
    const given = entries.filter(([, on]) => on !== undefined)
    return Object.freeze({ requests: true, outgoing: true, logs: true, ...Object.fromEntries(given) })
  },
  /** The sources that stay on: `requests,logs`, or `none`. */
  read: (words) => {
    const on = words.toLowerCase() === 'none' ? [] : splitList(words)
    if (!on.every((word) => (BREADCRUMB_SOURCES as readonly string[]).includes(word))) return undefined
    const [requests, outgoing, logs] = BREADCRUMB_SOURCES.map((source) => on.includes(source))
    return Object.freeze({ requests: !!requests, outgoing: !!outgoing, logs: !!logs })
  },
}

const spool: Kind<{ readonly directory: string; readonly maxBytes: number }> = {
  expected: 'an object with a directory and an optional maxBytes (at least 1 MiB)',
  check: (value) => {
    if (typeof value !== 'object' || value === null) return undefined
    if (!Object.keys(value).every((name) => name === 'directory' || name === 'maxBytes')) return undefined
    const { directory, maxBytes = 256 * MEBIBYTE } = value as { directory?: unknown; maxBytes?: unknown }
    if (typeof directory !== 'string' || directory === '') return undefined
    if (typeof maxBytes !== 'number' || !(maxBytes >= MEBIBYTE) || !Number.isFinite(maxBytes)) {
      return undefined
    }
    // Resolved now, since the application may change its working directory.
    return Object.freeze({ directory: resolve(directory), maxBytes })
  },
  read: (directory) => spool.check({ directory }),
}

const transport: Kind<Transport> = {
  expected: 'an object with a send function',
  check: (value) =>
    typeof (value as Transport | null)?.send === 'function' ? (value as Transport) : undefined,
}

const redaction = oneOfInAnyCase(['email', 'creditCard', 'ssn', 'bearer'])

const NEXT_REQUEST = 'from the next request on'

/** Every option. This list is the source of docs/options.md, of the environment variables and of the defaults. */
export const OPTIONS = {
  apiKey: { kind: visibleAscii, secret: true, changes: NEXT_REQUEST },
  apiUrl: { kind: address, fallback: 'https://api.lognitor.com/api/v1', changes: NEXT_REQUEST },
  service: { kind: text() },
  environment: { kind: text() },
  version: { kind: text() },
  releaseId: { kind: text() },
  batchSize: { kind: integer(1, 100), fallback: 25 },
  flushInterval: { kind: integer(1, 24 * 3600 * 1000), fallback: 5000 },
  maxRetries: { kind: integer(0, 100), fallback: 3 },
  maxQueueSize: { kind: integer(1, 10_000_000), fallback: 10_000 },
  maxQueueBytes: { kind: integer(1024, 4096 * MEBIBYTE), fallback: 32 * MEBIBYTE },
  minLevel: { kind: oneOf(LEVELS) },
  enabled: { kind: flag, fallback: true },
  autoTruncate: { kind: flag, fallback: false },
  debug: { kind: flag, fallback: false },
  maxBreadcrumbs: { kind: integer(0, 1000), fallback: 100 },
  redactPatterns: {
    kind: listOf(
      either(redaction, regExp),
      'a list of email, creditCard, ssn, bearer or RegExps of your own',
      'some of email, creditCard, ssn, bearer, separated by commas',
    ) as Kind<readonly RedactPattern[]>,
    fallback: [],
    env: ['LOGNITOR_REDACT'],
  },
  scrubUrlParams: { kind: listOf(text(), 'a list of parameter names'), fallback: [] },
  beforeSend: { kind: fn<BeforeSend>() },
  captureCallerInfo: { kind: flag, fallback: false },
  sourceContext: { kind: flag, fallback: true },
  breadcrumbs: {
    kind: breadcrumbs,
    fallback: { requests: true, outgoing: true, logs: true },
    hasFields: true,
  },
  captureUncaught: { kind: flag, fallback: true },
  flushOnExit: { kind: orFalse(integer(0, 60_000)), fallback: 2000 },
  spool: { kind: spool, env: ['LOGNITOR_SPOOL_DIR'], hasFields: true, changes: 'where there was none' },
  compression: { kind: oneOf(['none', 'gzip']), fallback: 'none', changes: NEXT_REQUEST },
  proxy: { kind: orFalse(proxyAddress), secret: true, changes: NEXT_REQUEST },
  allResourceAttributes: { kind: flag, fallback: false },
  onDrop: { kind: fn<NonNullable<Options['onDrop']>>() },
  transport: { kind: transport, changes: NEXT_REQUEST },
} as const satisfies Record<keyof Options, Known<unknown>>

/** Every environment variable of an option. */
function optionVariables(): string[] {
  return Object.entries<Known<unknown>>(OPTIONS).flatMap(([name, { kind, env = [] }]) =>
    kind.read === undefined ? [] : [environmentName(name), ...env],
  )
}

type Table = typeof OPTIONS
type ValueOf<K extends keyof Table> = Table[K] extends { kind: Kind<infer T> } ? T : never
type Certain = { [K in keyof Table]: Table[K] extends { fallback: unknown } ? K : never }[keyof Table]

/** The complete, checked and frozen options. */
export type Settings = { readonly [K in Certain]: ValueOf<K> } & {
  readonly [K in Exclude<keyof Table, Certain>]?: ValueOf<K>
} & {
  /** The values of OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, used until a resource is known. */
  readonly fallback: { readonly service?: string; readonly environment?: string; readonly version?: string }
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Combines defaults, environment and code, in ascending order of precedence. A wrong environment variable is ignored
 * with a warning.
 * @throws LognitorError `LOGNITOR_BAD_OPTION`, `LOGNITOR_UNKNOWN_OPTION` for options given by code
 * @param refused names of options for which a wrong environment variable throws, too
 */
export function resolveOptions(
  given: Options = {},
  env: Environment = process.env,
  refused: ReadonlySet<string> = NO_NAMES,
): Settings {
  expectObject(given)
  const settings: Record<string, unknown> = {}
  for (const [name, known] of Object.entries<Known<unknown>>(OPTIONS)) {
    if (known.fallback !== undefined) settings[name] = known.fallback
    const isGiven = given[name as keyof Options] !== undefined
    const refuse = refused.has(name) ? refuseEnvironment : undefined
    const fromEnvironment = isGiven && refuse ? undefined : readEnvironment(name, known, env, refuse)
    if (fromEnvironment !== undefined) settings[name] = fromEnvironment
  }
  Object.assign(settings, checkOptions(given, settings))
  settings.fallback = readResourceEnvironment(env)
  warnOfUnknownVariables(env, optionVariables())
  return sealSettings(settings as Settings)
}

/** Freezes the settings, and hides secrets from whatever prints them. */
export function sealSettings(settings: Settings): Settings {
  // Not enumerable, so a spread copy lacks them and must be sealed again.
  for (const name of [Symbol.for('nodejs.util.inspect.custom'), 'toJSON']) {
    Object.defineProperty(settings, name, { value: withoutSecrets })
  }
  return Object.freeze(settings)
}

function withoutSecrets(this: Settings): object {
  const secrets = Object.entries<Known<unknown>>(OPTIONS).filter(([, { secret }]) => secret)
  const masks = secrets.filter(([name]) => this[name as keyof Settings]).map(([name]) => [name, '***'])
  return { ...this, ...Object.fromEntries(masks) }
}

/**
 * Checks the options given by code; those left out or undefined are absent from the result.
 * @param before the former values: fields that are not given keep theirs
 */
export function checkOptions(given: Options, before: Partial<Settings> = {}): Partial<Settings> {
  expectObject(given)
  const checked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const known: Known<unknown> | undefined = Object.hasOwn(OPTIONS, name)
      ? OPTIONS[name as keyof Table]
      : undefined
    if (known === undefined) throw unknownOption('There is no option', name, Object.keys(OPTIONS))
    if (value === undefined) continue
    const whole = known.hasFields ? withFieldsOf(before[name as keyof Table], value) : value
    if (known.kind.check(whole) === undefined) checkValue(name, known.kind, value, known.secret)
    checked[name] = known.kind.check(whole)
    warnOfSeconds(name, checked[name])
  }
  return checked
}

/** A value that is no object is returned as it is; the check refuses it. */
function withFieldsOf(before: unknown, given: unknown): unknown {
  if (typeof given !== 'object' || given === null || typeof before !== 'object') return given
  const fields = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...before, ...Object.fromEntries(fields) }
}

/**
 * Refuses a value that is no object. The value may be the API key, and is not shown.
 * @throws LognitorError `LOGNITOR_BAD_OPTION`
 */
export function expectObject(given: unknown): void {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return
  throw new LognitorError('LOGNITOR_BAD_OPTION', `Options: expected an object, got ${typeInWords(given)}.`)
}

/**
 * Refuses options with unknown names.
 * @param saying the beginning of the message: `The gateway has no option`
 * @throws LognitorError `LOGNITOR_UNKNOWN_OPTION`, or `LOGNITOR_BAD_OPTION` for a value that is no object
 */
export function expectKnown(saying: string, given: object, known: readonly string[]): void {
  expectObject(given)
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) throw unknownOption(saying, unknown, known)
}

/**
 * Checks one value given by code.
 * @throws LognitorError `LOGNITOR_BAD_OPTION` with name, expectation and (unless secret) value
 */
export function checkValue<T>(name: string, kind: Kind<T>, value: unknown, secret = false): T {
  const checked = kind.check(value)
  if (checked !== undefined) return checked
  throw new LognitorError(
    'LOGNITOR_BAD_OPTION',
    `Option "${name}": expected ${kind.expected}, got ${secret ? `${typeInWords(value)}, which is not shown` : showValue(value)}.`,
  )
}

/** `LOGNITOR_BATCH_SIZE` for `batchSize`. */
export function environmentName(option: string): string {
  return `LOGNITOR_${option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

const NO_NAMES: ReadonlySet<string> = new Set()

/** @throws LognitorError `LOGNITOR_BAD_OPTION` */
export function refuseEnvironment(message: string, variable: string): never {
  throw new LognitorError('LOGNITOR_BAD_OPTION', `${variable}: ${message}.`)
}

function warnOfEnvironment(message: string, variable: string, isPart: boolean): void {
  const [what, rest] = isPart ? [' in part', 'the rest of it applies'] : ['', 'its default applies']
  const text = `${variable} was ignored${what}: ${message}. Until it is corrected or unset, ${rest}.`
  warnOnce('LOGNITOR_BAD_ENVIRONMENT', text, variable)
}

/**
 * Reads an option from the environment. `onWrong` is called for a wrong value, which is ignored; the default is a
 * warning. Of a list the valid items are used.
 */
export function readEnvironment<T>(
  name: string,
  known: Known<T>,
  env: Environment,
  onWrong: (message: string, variable: string, isPart: boolean) => void = warnOfEnvironment,
): T | undefined {
  if (known.kind.read === undefined) return undefined
  for (const variable of [...(known.env ?? []), environmentName(name)]) {
    const words = env[variable]?.trim()
    if (words === undefined || words === '') continue
    const value = known.kind.read(words)
    if (value !== undefined) {
      warnOfSeconds(name, value)
      return value
    }
    // A secret list is used as a whole or not at all: half a list of tokens is a different list.
    const parts = known.secret ? undefined : known.kind.readParts?.(words)
    const got = known.secret ? 'something else' : showValue(parts?.wrong.join(', ') ?? words)
    const expected = known.kind.expectedWords ?? known.kind.expected
    onWrong(`expected ${expected}, got ${got}`, variable, parts !== undefined)
    if (parts !== undefined) return parts.value
  }
  return undefined
}
