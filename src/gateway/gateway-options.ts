import { LognitorError, unknownOption } from '../config/errors.js'
import { flag, integer, type Kind, listOf, oneOf, text } from '../config/option-kinds.js'
import {
  checkValue,
  type Environment,
  expectObject,
  type Known,
  type Options,
  readEnvironment,
  refuseEnvironment,
  resolveOptions,
  type Settings,
} from '../config/options.js'
import { hostInWords, isLoopback, listenAddress } from './listen-address.js'

/** Options of a client that the gateway has too. `service`, `environment` and `version` only fill gaps. */
const SHARED_OPTIONS = [
  'apiKey',
  'apiUrl',
  'service',
  'environment',
  'version',
  'releaseId',
  'minLevel',
  'enabled',
  'autoTruncate',
  'debug',
  'redactPatterns',
  'scrubUrlParams',
  'beforeSend',
  'compression',
  'proxy',
  'allResourceAttributes',
  'onDrop',
  'transport',
] as const satisfies readonly (keyof Options)[]

/** Options of `startGateway`. Only a key is required. Times are in milliseconds. */
export interface GatewayOptions extends Pick<Options, (typeof SHARED_OPTIONS)[number]> {
  /** Address to listen on, `host:port`; `:port` means every interface. Default `127.0.0.1:4778`. */
  listen?: string | undefined
  /** Tokens that callers present as `Authorization: Bearer <token>`. Required beyond loopback. Default none. */
  authTokens?: readonly string[] | undefined
  /** Permit listening beyond loopback without a token. Default false. */
  noAuth?: boolean | undefined
  /** Deliver with the caller's own `X-API-Key`; `apiKey` then serves callers without one. Default false. */
  passThroughKey?: boolean | undefined
  /** Keep the query in the path of request entries. Default false. */
  includeQuery?: boolean | undefined
  /** Use the client address in the spans instead of the socket's. Default false. */
  trustProxy?: boolean | undefined
  /** Largest body in bytes, both compressed and decompressed. Default 64 MiB. */
  maxBodyBytes?: number | undefined
  /** Bytes of all bodies at one time; beyond it callers are told to retry. Default 128 MiB. */
  maxInFlightBytes?: number | undefined
  /** Requests at one time; beyond it callers are told to retry. Default 256. */
  maxInFlightRequests?: number | undefined
  /** Connections to Lognitor. Default 32. */
  connections?: number | undefined
  /** No request to Lognitor for an export begins after this time. Default 20 000. */
  deliveryTimeout?: number | undefined
  /** Format of the lines of `lognitor gateway` on stderr: sentences or JSON objects. Default `text`. */
  logFormat?: 'text' | 'json' | undefined
  /** How long `close` waits for requests under way. Default 25 000. */
  closeTimeout?: number | undefined
}

const MEBIBYTE = 1024 * 1024
const TOKENS_VARIABLE = 'LOGNITOR_GATEWAY_TOKEN'

const token: Kind<string> = {
  ...text('a token of visible ASCII characters without commas'),
  check: (value) =>
    typeof value === 'string' && /^[\x21-\x2b\x2d-\x7e]{1,1024}$/.test(value) ? value : undefined,
}

/** The gateway's own options: the source of the flags, of the environment variables and of the defaults. */
export const GATEWAY_OPTIONS = {
  listen: {
    kind: listenAddress,
    fallback: { host: '127.0.0.1', port: 4778 },
    env: ['LOGNITOR_GATEWAY_LISTEN'],
  },
  authTokens: {
    kind: listOf(
      { ...token, read: token.check },
      'a list of tokens of visible ASCII characters without commas',
    ),
    fallback: [],
    env: [TOKENS_VARIABLE],
    secret: true,
  },
  noAuth: { kind: flag, fallback: false, env: ['LOGNITOR_GATEWAY_NO_AUTH'] },
  passThroughKey: { kind: flag, fallback: false, env: ['LOGNITOR_GATEWAY_PASS_THROUGH_KEY'] },
  includeQuery: { kind: flag, fallback: false },
  trustProxy: { kind: flag, fallback: false },
  maxBodyBytes: { kind: integer(1024, 512 * MEBIBYTE), fallback: 64 * MEBIBYTE },
  maxInFlightBytes: { kind: integer(1024, 4096 * MEBIBYTE), fallback: 128 * MEBIBYTE },
  maxInFlightRequests: { kind: integer(1, 100_000), fallback: 256 },
  connections: { kind: integer(1, 1000), fallback: 32 },
  deliveryTimeout: { kind: integer(100, 600_000), fallback: 20_000 },
  closeTimeout: { kind: integer(0, 600_000), fallback: 25_000 },
  logFormat: { kind: oneOf(['text', 'json']), fallback: 'text', env: ['LOGNITOR_GATEWAY_LOG_FORMAT'] },
} as const satisfies Record<Exclude<keyof GatewayOptions, keyof Options>, Known<unknown>>

/**
 * Options that decide who may call, where data goes, and what is hidden. A wrong value in the environment is otherwise
 * ignored with a warning; for these that would turn off a protection, so the gateway does not start.
 */
const REFUSED: ReadonlySet<string> = new Set<keyof GatewayOptions>([
  'apiKey',
  'apiUrl',
  'proxy',
  'listen',
  'noAuth',
  'passThroughKey',
  'includeQuery',
  'trustProxy',
  'redactPatterns',
  'scrubUrlParams',
  'allResourceAttributes',
  'minLevel',
])

const NAMES = [...SHARED_OPTIONS, ...Object.keys(GATEWAY_OPTIONS)]

type Table = typeof GATEWAY_OPTIONS
type ValueOf<K extends keyof Table> = Table[K] extends { kind: Kind<infer T> } ? T : never

/** The options after defaults and checks: complete and frozen. */
export type GatewaySettings = { readonly [K in keyof Table]: ValueOf<K> } & { readonly shared: Settings }

/**
 * Merges defaults, environment and code, in that order.
 * @throws LognitorError `LOGNITOR_BAD_OPTION`, `LOGNITOR_UNKNOWN_OPTION`, `LOGNITOR_GATEWAY_UNPROTECTED`
 */
export function resolveGatewayOptions(
  given: GatewayOptions = {},
  env: Environment = process.env,
): GatewaySettings {
  expectObject(given)
  const own: Record<string, unknown> = {}
  for (const [name, known] of Object.entries<Known<unknown>>(GATEWAY_OPTIONS)) {
    const isGiven = given[name as keyof GatewayOptions] !== undefined
    const refuse = REFUSED.has(name) ? refuseEnvironment : undefined
    const value = isGiven && refuse ? undefined : readEnvironment(name, known, env, refuse)
    own[name] = value ?? known.fallback
  }
  const shared: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    const known: Known<unknown> | undefined = Object.hasOwn(GATEWAY_OPTIONS, name)
      ? GATEWAY_OPTIONS[name as keyof Table]
      : undefined
    if (known !== undefined) own[name] = checkValue(name, known.kind, value, known.secret)
    else if ((SHARED_OPTIONS as readonly string[]).includes(name)) shared[name] = value
    else throw unknownOption('The gateway has no option', name, NAMES)
  }
  const settings = Object.freeze({ ...own, shared: resolveOptions(shared, env, REFUSED) }) as GatewaySettings
  checkTogether(settings, env)
  return settings
}

function checkTogether(settings: GatewaySettings, env: Environment): void {
  const { listen, authTokens, noAuth, passThroughKey, shared } = settings
  // Ignoring a wrong value in the environment would open the gateway to everybody.
  if (authTokens.length === 0 && env[TOKENS_VARIABLE]?.trim()) {
    throw new LognitorError('LOGNITOR_BAD_OPTION', `${TOKENS_VARIABLE}: expected ${token.expected}.`)
  }
  if (!shared.enabled) {
    throw new LognitorError(
      'LOGNITOR_BAD_OPTION',
      'A gateway cannot be turned off by enabled (LOGNITOR_ENABLED): it would drop logs that its callers believe delivered.',
    )
  }
  if (!isLoopback(listen) && authTokens.length === 0 && !noAuth) {
    throw new LognitorError(
      'LOGNITOR_GATEWAY_UNPROTECTED',
      `A gateway at ${hostInWords(listen)} can be reached from other machines: give a token (authTokens, --auth-token, LOGNITOR_GATEWAY_TOKEN), or noAuth (--no-auth) if something else protects it.`,
    )
  }
  // A client without a key drops its logs; a gateway would tell its callers that they were delivered.
  if (!shared.apiKey && !passThroughKey && shared.transport === undefined) {
    throw new LognitorError(
      'LOGNITOR_BAD_OPTION',
      "There is no API key: set LOGNITOR_API_KEY or the option apiKey, or deliver with the callers' own keys by passThroughKey (--pass-through-key).",
    )
  }
}
