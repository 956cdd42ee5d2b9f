import { didYouMean } from './did-you-mean.js'
import { warnOnce } from './errors.js'

/** What the gateway, the HTTP instrumentation and the terminal read besides the client's own variables. */
const OTHERS = [
  'LOGNITOR_IGNORE_ROUTES',
  'LOGNITOR_CAPTURE_USER',
  'LOGNITOR_CAPTURE_IP',
  'LOGNITOR_TRUST_PROXY',
  'LOGNITOR_INCLUDE_QUERY',
  'LOGNITOR_LISTEN',
  'LOGNITOR_AUTH_TOKEN',
  'LOGNITOR_NO_AUTH',
  'LOGNITOR_PASS_THROUGH_KEY',
  'LOGNITOR_MAX_BODY_BYTES',
  'LOGNITOR_MAX_IN_FLIGHT_BYTES',
  'LOGNITOR_CONNECTIONS',
  'LOGNITOR_DELIVERY_TIMEOUT',
  'LOGNITOR_WORKERS',
  'LOGNITOR_AUTH_TOKENS',
  'LOGNITOR_MAX_IN_FLIGHT_REQUESTS',
  'LOGNITOR_CLOSE_TIMEOUT',
]
/** A family of its own, read by the gateway alone. */
const GATEWAYS = /^LOGNITOR_GATEWAY_/
const MOST = 20

/** One warning for each variable that begins with LOGNITOR_ and is read by nobody: a misspelt one is lost otherwise. */
export function warnOfUnknownVariables(
  env: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): void {
  const all = [...known, ...OTHERS]
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('LOGNITOR_') && !all.includes(name) && !GATEWAYS.test(name),
  )
  for (const name of unknown.slice(0, MOST)) {
    const shown = name.slice(0, 100)
    warnOnce(
      'LOGNITOR_UNKNOWN_VARIABLE',
      `The environment has ${shown}, which is read by nobody.${didYouMean(name, all)}`,
      shown,
    )
  }
}
