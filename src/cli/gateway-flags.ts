import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway/gateway-options.js'
import { flag, type Kind } from '../option-kinds.js'
import { OPTIONS } from '../options.js'
import { parseFlags, UsageError } from './command.js'

interface Flag {
  readonly option: keyof GatewayOptions
  readonly kind: Kind<unknown>
  readonly help: string
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
  for (const [name, { option, kind }] of GATEWAY_FLAGS) {
    const value = given[name]
    if (value === undefined) continue
    if (Array.isArray(value)) options[option] = value.flatMap(tokensOf)
    else options[option] = typeof value === 'string' && option !== 'listen' ? read(name, kind, value) : value
  }
  return { options, workers: given.workers as string | undefined }
}

/** Those with commas between. An empty one stays, to be refused: it would be a gateway without a token. */
function tokensOf(words: string): string[] {
  return words.split(',').map((word) => word.trim())
}

function read(name: string, kind: Kind<unknown>, words: string): unknown {
  const value = kind.read?.(words)
  if (value !== undefined) return value
  throw new UsageError(`--${name}: expected ${kind.expected}, got "${words}".`)
}

function own(option: keyof typeof GATEWAY_OPTIONS, help: string, name = kebab(option)): [string, Flag] {
  return [name, { option, kind: GATEWAY_OPTIONS[option].kind, help }]
}

function shared(
  option: keyof GatewayOptions & keyof typeof OPTIONS,
  help: string,
  name = kebab(option),
): [string, Flag] {
  return [name, { option, kind: OPTIONS[option].kind, help }]
}

function kebab(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
