import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Clock, systemClock } from '../common/clock.js'
import { createSelfLog } from '../diagnostics/self-log.js'
import { callerCheck } from './callers.js'
import { DeliveryWatch } from './delivery-watch.js'
import { Exports } from './exports.js'
import { foreignCall } from './foreign.js'
import { Forwarder } from './forward/forwarder.js'
import type { HoldChange } from './forward/service-hold.js'
import { processCpuMs } from './forward/work-time.js'
import { type GatewayOptions, type GatewaySettings, resolveGatewayOptions } from './gateway-options.js'
import { exposition, type GatewayStats, type Sample, samples } from './gateway-stats.js'
import { isLoopback } from './listen-address.js'
import type { Say } from './operator-log.js'
import type { Signal } from './reply.js'
import { listen } from './server.js'

/** A running gateway. */
export interface Gateway {
  /** The OTLP endpoint for a Collector or an SDK, such as `http://127.0.0.1:4778`. */
  readonly url: string
  readonly port: number
  stats(): GatewayStats
  /** Accepts no new requests, finishes those under way (within `closeTimeout`, default 25 s), and closes the server. */
  close(): Promise<void>
}

/**
 * Starts an OTLP/HTTP gateway to Lognitor: `POST /v1/logs` and `/v1/traces`, protobuf and JSON. The gateway answers an
 * export when Lognitor has answered, and stores nothing. Any number of gateways can run behind a load balancer.
 *
 * @throws LognitorError `LOGNITOR_BAD_OPTION`, `LOGNITOR_UNKNOWN_OPTION`, `LOGNITOR_GATEWAY_UNPROTECTED`,
 *   `LOGNITOR_ADDRESS_IN_USE`
 * @example
 * const gateway = await startGateway({ apiKey: process.env.LOGNITOR_API_KEY })
 */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  return openGateway(resolveGatewayOptions(options))
}

/** How processes tell each other what Lognitor has refused, by the name of the key. */
export interface HoldExchange {
  share(keyName: string, change: HoldChange): void
  hear(adopt: (keyName: string, change: HoldChange) => void): void
}

export interface GatewayParts {
  /** Gives the metrics for `/metrics`; a worker asks for those of all workers. */
  readonly figures?: (own: () => Sample[]) => Promise<Sample[]>
  /** Receives what the operator has to know. Default: OpenTelemetry's diag logger, and stderr with `debug`. */
  readonly say?: Say
  /** How workers tell each other of refusals. Default: there is one process. */
  readonly holds?: HoldExchange
  readonly clock?: Clock
  readonly random?: () => number
  /** Gives the processor time of this process, in milliseconds. */
  readonly cpuMs?: () => number
}

export async function openGateway(
  settings: GatewaySettings,
  {
    figures = async (own) => own(),
    say,
    holds,
    clock = systemClock,
    random = Math.random,
    cpuMs = processCpuMs,
  }: GatewayParts = {},
): Promise<Gateway> {
  const { deliveryTimeout, connections, closeTimeout } = settings
  const selfLog = createSelfLog(() => settings.shared.debug)
  const observer = new DeliveryWatch(
    say ?? (({ message }) => selfLog.warn(message)),
    clock,
    settings.shared.apiUrl,
  )
  const forwarder = new Forwarder(settings.shared, {
    timeoutMs: deliveryTimeout,
    connections,
    clock,
    random,
    cpuMs,
    observer,
    ...(holds && { onHold: holds.share }),
  })
  holds?.hear((keyName, change) => forwarder.adoptHold(keyName, change))
  const exports = new Exports(settings, forwarder, clock, () => observer.wasFull())
  const isLocal = isLoopback(settings.listen)
  // A web page of another site cannot have a token.
  const isOpenOnLoopback = isLocal && settings.authTokens.length === 0
  const mayRead = callerCheck(isLocal ? [] : settings.authTokens)
  let isClosing = false

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const signal = SIGNALS[path]
    const foreign = isOpenOnLoopback && !PROBES.includes(path) ? foreignCall(request) : undefined
    if (foreign !== undefined) {
      request.resume()
      return write(response, foreign.status, foreign.message)
    }
    if (signal !== undefined && request.method === 'POST') return exports.serve(request, response, signal)
    request.resume()
    if (signal !== undefined) return write(response, 405, 'This address takes POST only.', { allow: 'POST' })
    if (request.method !== 'GET' && request.method !== 'HEAD') return write(response, 404, NOT_HERE)
    if (path === '/healthz') return write(response, 200, 'ok')
    if (path === '/readyz') {
      const reason = notReady()
      return write(response, reason === undefined ? 200 : 503, reason ?? 'ready')
    }
    if (path !== '/metrics') return write(response, 404, NOT_HERE)
    if (!mayRead(request)) {
      return write(response, 401, 'The metrics need a token.', {
        'www-authenticate': 'Bearer',
      })
    }
    const text = exposition(await figures(() => samples(stats())))
    write(response, 200, text, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  }

  /** Why exports should not be sent to this gateway now. */
  function notReady(): string | undefined {
    if (isClosing) return 'The gateway is closing.'
    return refusal()
  }

  /**
   * Why nothing is sent under the gateway's own key. A pause that Lognitor asks for is no reason: it affects all
   * gateways.
   */
  function refusal(): string | undefined {
    const hold = settings.shared.apiKey === undefined ? undefined : forwarder.holdOf()
    return hold?.status === 503 ? hold.why : undefined
  }

  function stats(): GatewayStats {
    const { ledger } = forwarder
    const { admission, answers, logRecords, spans, bytes } = exports
    return {
      answers: { ...answers },
      logRecords,
      spans,
      bytes,
      held: refusal() !== undefined,
      inFlightRequests: admission.requests,
      inFlightBytes: admission.bytes,
      written: ledger.written,
      accepted: ledger.accepted,
      rejected: ledger.rejected,
      requestsWritten: ledger.requestsWritten,
      requestsAccepted: ledger.requestsAccepted,
      dropped: ledger.dropped(),
    }
  }

  const server = await listen(settings.listen, (request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  return {
    url: server.url,
    port: server.port,
    stats,
    close: async () => {
      isClosing = true
      await server.close(closeTimeout)
      await forwarder.close()
    },
  }
}

const SIGNALS: Readonly<Record<string, Signal | undefined>> = { '/v1/logs': 'logs', '/v1/traces': 'traces' }
const PROBES = ['/healthz', '/readyz']
const NOT_HERE =
  'The gateway serves POST /v1/logs, POST /v1/traces, GET /healthz, GET /readyz and GET /metrics.'

function write(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(text.endsWith('\n') ? text : `${text}\n`)
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...headers,
    'content-length': body.length,
  })
  response.end(body)
}
