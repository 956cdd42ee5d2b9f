import type { Shipment } from '../stateless/shipment.js'
import { isInstrumentation } from '../translate/instrumentation-scope.js'
import type { SpanEventLike } from '../translate/otel.js'
import type { ResourceFields } from '../translate/resource.js'
import { isExceptionEvent, translateExceptionEvent } from '../translate/span.js'
import { spanRequestEntry } from '../translate/span-request.js'
import type { Log, RequestDetail } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import type { OtlpSpan } from './decode/shapes.js'
import { createResources } from './resources.js'
import { NODE_BYTES, Places, ServerSpans } from './server-spans.js'
import { surveySpans } from './survey.js'
import { nextTurn } from './turns.js'

export interface SpanSettings {
  readonly allResourceAttributes: boolean
  readonly includeQuery: boolean
  readonly trustProxy: boolean
}

/**
 * Sends what spans tell, when all of them could be read: an error log for each exception, a request entry for each
 * request that a server answered. Gives how many spans there were.
 * @param hold takes so many bytes of memory; false when there is no room for them
 * @returns nothing when there is no room
 * @throws what walking the spans throws
 */
export async function shipSpans(
  spans: Iterable<OtlpSpan>,
  newShipment: () => Shipment,
  settings: SpanSettings,
  hold: (bytes: number) => boolean,
): Promise<{ count: number; shipment: Shipment } | undefined> {
  const { count, exceptions, latestMs } = await surveySpans(spans)
  if (exceptions > 0 && !hold(count * NODE_BYTES)) return undefined
  const servers = exceptions > 0 ? await ServerSpans.of(spans) : undefined
  const shipment = newShipment()
  const writer = new SpanWriter(shipment, settings, servers, latestMs)
  let source = 0
  for (const span of spans) {
    writer.begin(span, source++)
    for (const event of span.eachEvent()) {
      const pause = shipment.room() ?? nextTurn()
      if (pause !== undefined) await pause
      if (shipment.isOver) break
      if (isExceptionEvent(event)) writer.exception(event)
    }
    const pause = shipment.room() ?? nextTurn()
    if (pause !== undefined) await pause
    if (shipment.isOver) break
    writer.request()
  }
  return { count, shipment }
}

class SpanWriter {
  readonly #shipment: Shipment
  readonly #settings: SpanSettings
  readonly #servers: ServerSpans | undefined
  readonly #resourceFields: ReturnType<typeof createResources>
  readonly #now: () => number
  readonly #places = new Places()
  #span!: OtlpSpan
  #place = 0
  #source = 0

  constructor(
    shipment: Shipment,
    settings: SpanSettings,
    servers: ServerSpans | undefined,
    latestMs: number,
  ) {
    this.#shipment = shipment
    this.#settings = settings
    this.#servers = servers
    this.#resourceFields = createResources(settings.allResourceAttributes)
    this.#now = () => latestMs
  }

  /** Comes to the next span. @param source its position in the body */
  begin(span: OtlpSpan, source: number): void {
    this.#span = span
    this.#source = source
    this.#place = this.#places.of(span)
  }

  exception(event: SpanEventLike): void {
    const shipment = this.#shipment
    const span = this.#span
    shipment.next(this.#source, span.weight / span.eventCount)
    const server = this.#servers?.serverOf(span, this.#place)
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

  request(): void {
    const source = this.#source
    const entry = this.#entryOf(this.#span, () => this.#shipment.idOf(`request ${source}`))
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
