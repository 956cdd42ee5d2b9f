import type { Delivery } from '../stateless/delivery.js'
import type { Shipment } from '../stateless/shipment.js'
import { isInstrumentation } from '../translate/instrumentation-scope.js'
import type { SpanEventLike } from '../translate/otel.js'
import type { ResourceFields } from '../translate/resource.js'
import { translateExceptionEvent } from '../translate/span.js'
import { spanRequestEntry } from '../translate/span-request.js'
import type { Log, RequestDetail } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import { bodyTime } from './body-time.js'
import type { OtlpSpan } from './decode/shapes.js'
import { createResources } from './resources.js'
import { ServerSpans } from './server-spans.js'

export interface SpanSettings {
  readonly allResourceAttributes: boolean
  readonly includeQuery: boolean
  readonly trustProxy: boolean
}

/**
 * Sends what spans tell: an error log for each exception, a request entry for each request that a server
 * answered. Gives how many spans there were, and what became of them.
 */
export async function shipSpans(
  spans: Iterable<OtlpSpan>,
  shipment: Shipment,
  settings: SpanSettings,
): Promise<{ count: number; delivery: Delivery }> {
  const door = new SpanDoor(spans, shipment, settings)
  let count = 0
  for (const span of spans) {
    const source = count++
    for (const event of span.events) {
      shipment.next(source, span.weight / span.events.length)
      door.exception(span, event)
    }
    door.request(span, source)
    const room = shipment.room()
    if (room !== undefined) await room
    if (shipment.isOver) break
  }
  return { count, delivery: await shipment.finish(count) }
}

class SpanDoor {
  readonly #spans: Iterable<OtlpSpan>
  readonly #shipment: Shipment
  readonly #settings: SpanSettings
  readonly #resourceFields: ReturnType<typeof createResources>
  readonly #now: () => number
  #servers: ServerSpans | undefined

  constructor(spans: Iterable<OtlpSpan>, shipment: Shipment, settings: SpanSettings) {
    this.#spans = spans
    this.#shipment = shipment
    this.#settings = settings
    this.#resourceFields = createResources(settings.allResourceAttributes)
    this.#now = bodyTime(spans, ({ startTime, endTime, events }) => [
      startTime,
      endTime,
      ...events.map(({ time }) => time),
    ])
  }

  exception(span: OtlpSpan, event: SpanEventLike): void {
    const shipment = this.#shipment
    this.#servers ??= new ServerSpans(this.#spans)
    const server = this.#servers.of(span)
    if (isInstrumentation(span.instrumentationScope.name) && isHandled(server)) {
      shipment.leaveOut('handled_exception')
      return
    }
    if (!shipment.wants('error')) return
    const log = translateExceptionEvent(span, event, this.#fieldsOf(span), this.#now)
    const entry = server && this.#entryOf(server)
    const isOurs = log.request_id === undefined && entry !== undefined
    if (entry !== undefined) addRequest(log, entry)
    shipment.write(log, 'span', isOurs)
  }

  request(span: OtlpSpan, source: number): void {
    const entry = this.#entryOf(span, () => this.#shipment.idOf(`request ${source}`))
    if (entry !== undefined) this.#shipment.request(entry, source)
  }

  #entryOf(span: OtlpSpan, newId?: () => string): RequestEntry | undefined {
    const { includeQuery, trustProxy } = this.#settings
    const now = this.#now
    return spanRequestEntry(span, this.#fieldsOf(span), {
      includeQuery,
      trustProxy,
      now,
      ...(newId && { newId }),
    })
  }

  #fieldsOf(span: OtlpSpan): ResourceFields {
    return this.#resourceFields(span.resource)
  }
}

const CLIENT_CLOSED = 499

/** The request was answered, and not as a failure: what a framework's instrumentation saw was dealt with. */
function isHandled(server: OtlpSpan | undefined): boolean {
  const status = server?.attributes['http.response.status_code'] ?? server?.attributes['http.status_code']
  return typeof status === 'number' && status < 500 && status !== CLIENT_CLOSED
}

/** What the log of a failure says of the request it happened in, beneath its own word. */
function addRequest(log: Log, entry: RequestEntry): void {
  const { method, path, status_code, duration_ms, ip, user_agent, host, scheme } = entry
  const request: RequestDetail = {
    method,
    url: host === undefined ? path : `${scheme ?? 'http'}://${host}${path}`,
    path,
    status_code,
    duration_ms,
  }
  if (ip !== undefined) request.ip = ip
  if (user_agent !== undefined) request.user_agent = user_agent
  log.request = { ...request, ...log.request }
  log.request_id ??= entry.request_id
}
