import type { RequestEntry } from '../wire/request-entry.js'
import { SPAN_KIND, type SpanContextLike, type SpanLike } from './otel.js'
import type { ResourceFields } from './resource.js'
import { firstText, type SpanHttp, spanHttp } from './span-http.js'
import { routeFromName } from './span-route.js'
import { hrDurationToMillis, hrTimeToIso, hrTimeToMillis, millisToIso } from './time.js'
import { translateTrace } from './trace.js'

export interface SpanRequestOptions {
  /** Trusts `X-Forwarded-For`, which any client can send. Default: false, and the socket's address is used. */
  trustProxy?: boolean
  /** Keeps the query in `path`. Default: false. */
  includeQuery?: boolean
  /** Creates the id for a span whose own ids are invalid. Default: such a span gives no request entry. */
  newId?: () => string
  /** Returns milliseconds since 1970, for a span without a start time. Default: such a span gives no request entry. */
  now?: () => number
}

/**
 * The request entry of a SERVER span with HTTP attributes.
 *
 * @returns `undefined` for every other span, and, unless the options help, for one without a start time or a valid
 * context
 */
export function spanRequestEntry(
  span: SpanLike,
  resource: ResourceFields,
  options: SpanRequestOptions = {},
): RequestEntry | undefined {
  try {
    if (span.kind !== SPAN_KIND.server) return undefined
    const http = spanHttp(span.attributes)
    if (http === undefined) return undefined
    const requestId = spanRequestId(span.spanContext()) ?? options.newId?.()
    const timestamp = hrTimeToIso(span.startTime) ?? (options.now && millisToIso(Math.floor(options.now())))
    if (requestId === undefined || timestamp === undefined) return undefined
    return requestEntry(span, http, requestId, timestamp, resource, options)
  } catch {
    return undefined
  }
}

/**
 * The id of the request that a server span answers. It is derived from the span's ids, so that a stateless reader gives
 * the same id to the request entry and its logs.
 */
function spanRequestId(context: SpanContextLike): string | undefined {
  const trace = translateTrace(context)
  return trace?.span_id === undefined ? undefined : `${trace.trace_id}-${trace.span_id}`
}

function requestEntry(
  span: SpanLike,
  http: SpanHttp,
  requestId: string,
  timestamp: string,
  resource: ResourceFields,
  options: SpanRequestOptions,
): RequestEntry {
  const path = http.path ?? '/'
  const ip = options.trustProxy === true ? http.clientAddress : (http.peerAddress ?? http.clientAddress)
  const runtime = firstText(span.resource.attributes, 'process.runtime.name')
  // A span without a status does not tell whether there was an answer, so the status is left out.
  const answer = http.statusCode === undefined ? {} : { status_code: http.statusCode }
  const optional: { [Key in keyof RequestEntry]?: RequestEntry[Key] | undefined } = {
    route: http.route ?? routeFromName(span, http),
    ip: ip ?? http.peerAddress,
    user_agent: http.userAgent,
    host: http.host,
    scheme: http.scheme,
    runtime: runtime === 'nodejs' ? 'node' : runtime,
    runtime_version: firstText(span.resource.attributes, 'process.runtime.version'),
    environment: resource.environment,
    service: resource.service,
    version: resource.version,
  }
  const entry: RequestEntry = {
    method: http.method,
    path: options.includeQuery === true && http.query !== undefined ? `${path}?${http.query}` : path,
    ...answer,
    duration_ms: durationOf(span),
    request_id: requestId,
    timestamp,
  }
  return Object.assign(
    entry,
    Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  )
}

function durationOf(span: SpanLike): number {
  const duration = hrDurationToMillis(span.duration)
  if (duration !== undefined) return duration
  const start = hrTimeToMillis(span.startTime)
  const end = hrTimeToMillis(span.endTime)
  return start === undefined || end === undefined || end < start ? 0 : Math.round((end - start) * 1000) / 1000
}
