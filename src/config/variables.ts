import { didYouMean } from './did-you-mean.js'
import { warnOnce } from './errors.js'

/** Variables read by the gateway, the HTTP instrumentation and the terminal output, besides the client's. */
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
/** The prefix of variables that only the gateway reads. */
const GATEWAYS = /^LOGNITOR_GATEWAY_/
const MOST = 20

/** Emits one warning for each variable that begins with LOGNITOR_ and that nothing reads, since it may be misspelt. */
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
      `The environment has ${shown}, which nothing reads, so it has no effect.${didYouMean(name, all)} Correct the name, or unset it.`,
      shown,
    )
  }
}
