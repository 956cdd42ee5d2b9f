import { flag, type Kind } from '../config/option-kinds.js'
import { type Known, OPTIONS } from '../config/options.js'
import { showValue } from '../config/show-value.js'
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway/gateway-options.js'
import { parseFlags, UsageError } from './command.js'

interface Flag {
  readonly option: keyof GatewayOptions
  readonly kind: Kind<unknown>
  readonly help: string
  /** What was given for it is never shown. */
  readonly isSecret: boolean
}

/** What each flag of `lognitor gateway` sets. The key has none: what a process list shows is no place for it. */
export const GATEWAY_FLAGS: ReadonlyMap<string, Flag> = new Map<string, Flag>([
  own('listen', 'where to listen; :4778 is every interface (127.0.0.1:4778)'),
  own(
    'authTokens',
    "what callers show as 'Authorization: Bearer TOKEN'; several with commas, or again",
    'auth-token',
  ),
  own('noAuth', 'listen beyond loopback without a token'),
  own('passThroughKey', "deliver with the caller's own X-API-Key"),
  shared('apiUrl', 'where Lognitor answers'),
  shared('service', 'for telemetry that names no service'),
  shared('environment', 'for telemetry that names no environment'),
  shared('version', 'for telemetry that names no version', 'service-version'),
  shared('releaseId', 'for telemetry that names no release'),
  shared('minLevel', 'lowest level that is sent (all)'),
  shared('autoTruncate', 'cut logs over 256 KiB instead of rejecting them'),
  shared('redactPatterns', 'email,creditCard,ssn,bearer: what becomes [REDACTED]', 'redact'),
  shared('scrubUrlParams', 'more query parameters whose value becomes [SCRUBBED]'),
  own('includeQuery', 'keep the query in the path of requests'),
  own('trustProxy', 'believe the client address that spans name'),
  shared('allResourceAttributes', 'send the whole resource along'),
  shared('compression', 'gzip, where the receiver takes it (none)'),
  shared('proxy', 'proxy to Lognitor, or false'),
  own('maxBodyBytes', 'largest body, unpacked (67108864)'),
  own('maxInFlightBytes', 'bytes held at one time (134217728)'),
  own('maxInFlightRequests', 'requests held at one time (256)'),
  own('connections', 'connections to Lognitor (32)'),
  own('deliveryTimeout', 'no post of a request begins after so many ms (20000)'),
  own('closeTimeout', 'ms to finish in at the end (25000)'),
  own('logFormat', 'lines on stderr as text or json (text)'),
  shared('debug', 'tell on stderr what it does'),
])

/** The options that the arguments give, and what else they hold. */
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

/** Each may be several with commas between. An empty one is refused: it would be a gateway without a token. */
function readTokens(name: string, { kind }: Flag, given: readonly string[]): unknown {
  const tokens = kind.check(given.flatMap((words) => words.split(',').map((word) => word.trim())))
  if (tokens !== undefined) return tokens
  throw new UsageError(`--${name}: expected tokens of visible ASCII characters, with commas between several.`)
}

function read(name: string, { option, kind, isSecret }: Flag, words: string): unknown {
  const value = kind.read?.(words)
  // An address is an option as it was written.
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
