import { isHandledBy } from '../../translate/handled-status.js'
import type { SpanEventLike } from '../../translate/otel.js'
import type { ResourceFields } from '../../translate/resource.js'
import { isExceptionEvent, translateExceptionEvent } from '../../translate/span.js'
import { spanHttp } from '../../translate/span-http.js'
import { spanRequestEntry } from '../../translate/span-request.js'
import type { Log, RequestDetail } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import { type OtlpSpan, TURN, type Turn } from '../decode/shapes.js'
import { isFrameworksOwn } from '../framework-exceptions.js'
import { Growth } from '../growth.js'
import { createResources } from '../resources.js'
import { NODE_BYTES, ResourceNumbers, ServerSpans } from '../server-spans.js'
import { surveySpans } from '../survey.js'
import type { ForwardedExport } from './forwarded-export.js'

export interface SpanSettings {
  readonly allResourceAttributes: boolean
  readonly includeQuery: boolean
  readonly trustProxy: boolean
}

/**
 * Forwards what spans contain, once all of them could be decoded: an error log for each exception, and a request entry
 * for each request that a server answered. Gives the number of spans.
 * @param hold reserves bytes of memory; false when there is no room for them
 * @param bodyBytes length of the body that holds the spans
 * @returns undefined when there is no room
 * @throws what decoding the spans throws
 */
export async function forwardSpans(
  spans: Iterable<OtlpSpan | Turn>,
  newExport: () => ForwardedExport,
  settings: SpanSettings,
  hold: (bytes: number) => boolean,
  bodyBytes: number,
): Promise<{ count: number; forwarded: ForwardedExport } | undefined> {
  const resourceFields = createResources(settings.allResourceAttributes)
  const growth = new Growth(bodyBytes, resourceFields)
  const { count, exceptions, latestMs } = await surveySpans(spans, growth)
  if (exceptions.size > 0 && !hold(count * NODE_BYTES)) return undefined
  const servers = exceptions.size > 0 ? await ServerSpans.of(spans, exceptions, growth) : undefined
  const forwarded = newExport()
  const writer = new SpanWriter(forwarded, settings, servers, resourceFields, latestMs)
  let source = 0
  for (const span of spans) {
    const turn = forwarded.pause()
    if (turn !== undefined) await turn
    if (forwarded.isOver) break
    if (span === TURN) continue
    writer.begin(span, source++)
    for (const event of span.eachEvent()) {
      const pause = forwarded.pause()
      if (pause !== undefined) await pause
      if (forwarded.isOver) break
      if (isExceptionEvent(event)) writer.exception(event)
    }
    const pause = forwarded.pause()
    if (pause !== undefined) await pause
    if (forwarded.isOver) break
    writer.request()
  }
  return { count, forwarded }
}

class SpanWriter {
  readonly #forwarded: ForwardedExport
  readonly #settings: SpanSettings
  readonly #servers: ServerSpans | undefined
  readonly #resourceFields: ReturnType<typeof createResources>
  readonly #now: () => number
  readonly #resources = new ResourceNumbers()
  #span!: OtlpSpan
  #resource = 0
  #source = 0

  constructor(
    forwarded: ForwardedExport,
    settings: SpanSettings,
    servers: ServerSpans | undefined,
    resourceFields: ReturnType<typeof createResources>,
    latestMs: number,
  ) {
    this.#forwarded = forwarded
    this.#settings = settings
    this.#servers = servers
    this.#resourceFields = resourceFields
    this.#now = () => latestMs
  }

  /** Moves on to the next span. @param source its index in the body */
  begin(span: OtlpSpan, source: number): void {
    this.#span = span
    this.#source = source
    this.#resource = this.#resources.of(span)
  }

  exception(event: SpanEventLike): void {
    this.#forwarded.next(this.#source, this.#span.weight / this.#span.eventCount)
    this.#guarded(() => this.#writeException(event))
  }

  #writeException(event: SpanEventLike): void {
    const forwarded = this.#forwarded
    const span = this.#span
    const server = this.#servers?.serverOf(span, this.#resource)
    if (isHandled(server) && isFrameworksOwn(span, event)) {
      forwarded.leaveOut('handled_exception')
      return
    }
    if (!forwarded.wants('error')) return
    const log = translateExceptionEvent(span, event, this.#fieldsOf(span), this.#now)
    const entry = server && this.#entryOf(server)
    const isOurs = log.request_id === undefined && entry !== undefined
    const isChosen = CHOSEN_IP in span.attributes || CHOSEN_IP in (event.attributes ?? {})
    if (entry !== undefined) addRequest(log, entry, isChosen)
    forwarded.write(log, 'span', isOurs)
  }

  request(): void {
    const source = this.#source
    this.#guarded(() => {
      const entry = this.#entryOf(this.#span, () => this.#forwarded.idOf(`request ${source}`))
      if (entry !== undefined) this.#forwarded.request(entry, source)
    })
  }

  /** A span that cannot be translated must neither hold back the others nor be sent again and again. */
  #guarded(write: () => void): void {
    try {
      write()
    } catch {
      this.#forwarded.fail(this.#source)
    }
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

const CHOSEN_IP = 'lognitor.request.ip'

/** The request was answered without a failure, so the exception that a framework's instrumentation saw was handled. */
function isHandled(server: OtlpSpan | undefined): boolean {
  return isHandledBy(server && spanHttp(server.attributes)?.statusCode)
}

/**
 * Adds the request to the log of an exception. What the log has already takes precedence.
 * @param isChosen whether the application itself has set the log's client address
 */
function addRequest(log: Log, entry: RequestEntry, isChosen: boolean): void {
  const { method, path, status_code, duration_ms, ip, user_agent, host, scheme } = entry
  const request: RequestDetail = {
    method,
    url: host === undefined ? path : `${scheme ?? 'http'}://${host}${path}`,
    path,
    ...(status_code !== undefined && { status_code }),
    duration_ms,
  }
  if (ip !== undefined) request.ip = ip
  if (user_agent !== undefined) request.user_agent = user_agent
  const own = log.request
  log.request = { ...request, ...own }
  // The request entry and the log must name the same client address, whatever `trustProxy` says. The span's own stays
  // in the metadata.
  if (ip !== undefined && own?.ip !== undefined && own.ip !== ip && !isChosen) {
    log.request.ip = ip
    log.metadata = { ...log.metadata, 'client.address': own.ip }
  }
  log.request_id ??= entry.request_id
}
