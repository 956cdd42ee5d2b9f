import type { GatewaySettings } from '../gateway/gateway-options.js'
import { stderrLog } from '../gateway/operator-log.js'

/** Prints on stdout where the gateway listens, and on stderr its limits; never a secret. */
export function tellListening(url: string, workers: number, settings: GatewaySettings): void {
  const { shared, authTokens, passThroughKey, maxBodyBytes, maxInFlightBytes, maxInFlightRequests } = settings
  const { connections, logFormat } = settings
  process.stdout.write(`Lognitor gateway: ${url}${workers === 1 ? '' : ` (${workers} workers)`}\n`)
  const keys = passThroughKey ? 'keys of callers' : 'one key'
  const redacted = shared.redactPatterns.length
  stderrLog(logFormat)({
    event: 'listening',
    level: 'info',
    message:
      `gateway at ${url} sends to ${shared.apiUrl} with ${keys}; tokens: ${authTokens.length}; ` +
      `redaction patterns: ${redacted}; workers: ${workers}. A worker takes at most ${maxInFlightRequests} requests and ` +
      `${maxInFlightBytes} bytes at a time and ${maxBodyBytes} bytes in one body, and opens at most ${connections} connections to Lognitor`,
    figures: {
      url,
      apiUrl: shared.apiUrl,
      workers,
      tokens: authTokens.length,
      redactions: redacted,
      maxBodyBytes,
      maxInFlightBytes,
      maxInFlightRequests,
      connections,
    },
  })
}
