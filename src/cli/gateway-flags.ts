import { flag, type Kind } from '../config/option-kinds.js'
import { type Known, OPTIONS } from '../config/options.js'
import { showValue } from '../config/show-value.js'
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway/gateway-options.js'
import { parseFlags, UsageError } from './command.js'

interface Flag {
  readonly option: keyof GatewayOptions
  readonly kind: Kind<unknown>
  readonly help: string
  /** The value is never printed. */
  readonly isSecret: boolean
}

/** The flags of `lognitor gateway` and their options. The API key has no flag, because a process list would show it. */
export const GATEWAY_FLAGS: ReadonlyMap<string, Flag> = new Map<string, Flag>([
  own('listen', 'address to listen on; :4778 is every interface (127.0.0.1:4778)'),
  own(
    'authTokens',
    "token of callers, sent as 'Authorization: Bearer TOKEN'; several with commas, or repeat the flag",
    'auth-token',
  ),
  own('noAuth', 'listen beyond loopback without a token'),
  own('passThroughKey', "deliver with the caller's own X-API-Key"),
  shared('apiUrl', "address of Lognitor's API"),
  shared('service', 'for telemetry that names no service'),
  shared('environment', 'for telemetry that names no environment'),
  shared('version', 'for telemetry that names no version', 'service-version'),
  shared('releaseId', 'for telemetry that names no release'),
  shared('minLevel', 'lowest level that is sent (all)'),
  shared('autoTruncate', 'cut logs over 256 KiB instead of rejecting them'),
  shared('redactPatterns', 'patterns that become [REDACTED]: email,creditCard,ssn,bearer', 'redact'),
  shared('scrubUrlParams', 'more query parameters whose value becomes [SCRUBBED]'),
  own('includeQuery', 'keep the query in the path of requests'),
  own('trustProxy', 'use the client address in the spans'),
  shared('allResourceAttributes', 'send all resource attributes'),
  shared('compression', 'gzip, when the receiver accepts it (none)'),
  shared('proxy', 'proxy to Lognitor, or false'),
  own('maxBodyBytes', 'largest body in bytes, decompressed (67108864)'),
  own('maxInFlightBytes', 'bytes of bodies at one time (134217728)'),
  own('maxInFlightRequests', 'requests at one time (256)'),
  own('connections', 'connections to Lognitor (32)'),
  own('deliveryTimeout', 'no request to Lognitor for an export begins after this many ms (20000)'),
  own('closeTimeout', 'ms to finish requests under way at the end (25000)'),
  own('logFormat', 'lines on stderr as text or json (text)'),
  shared('debug', 'report its work on stderr'),
])

/** The options that the arguments give, and the remaining arguments. */
export function readGatewayFlags(args: readonly string[]): {
  options: GatewayOptions
  workers: string | undefined
} {
  const definitions = Object.fromEntries(
    [...GATEWAY_FLAGS].map(([name, { kind }]) => [
      name,
      { type: kind === flag ? ('boolean' as const) : ('string' as const), multiple: name === 'auth-token' },
    ]),
  )
  const given = parseFlags(args, { ...definitions, workers: { type: 'string' } }) as Record<string, unknown>
  const options: Record<string, unknown> = {}
  for (const [name, flag] of GATEWAY_FLAGS) {
    const value = given[name]
    if (value === undefined) continue
    if (Array.isArray(value)) options[flag.option] = readTokens(name, flag, value)
    else if (typeof value === 'string') options[flag.option] = read(name, flag, value)
    else options[flag.option] = value
  }
  return { options, workers: given.workers as string | undefined }
}

/** Parses tokens, several separated by commas. An empty token is refused: it would be a gateway without a token. */
function readTokens(name: string, { kind }: Flag, given: readonly string[]): unknown {
  const tokens = kind.check(given.flatMap((words) => words.split(',').map((word) => word.trim())))
  if (tokens !== undefined) return tokens
  throw new UsageError(`--${name}: expected tokens of visible ASCII characters, with commas between several.`)
}

function read(name: string, { option, kind, isSecret }: Flag, words: string): unknown {
  const value = kind.read?.(words)
  // `listen` takes the text as it was written.
  if (value !== undefined) return option === 'listen' ? words : value
  const got = isSecret ? 'something else' : showValue(words)
  throw new UsageError(`--${name}: expected ${kind.expectedWords ?? kind.expected}, got ${got}.`)
}

function own(option: keyof typeof GATEWAY_OPTIONS, help: string, name = kebab(option)): [string, Flag] {
  const known: Known<unknown> = GATEWAY_OPTIONS[option]
  return [name, { option, kind: known.kind, help, isSecret: known.secret === true }]
}

function shared(
  option: keyof GatewayOptions & keyof typeof OPTIONS,
  help: string,
  name = kebab(option),
): [string, Flag] {
  const known: Known<unknown> = OPTIONS[option]
  return [name, { option, kind: known.kind, help, isSecret: known.secret === true }]
}

function kebab(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
