import type { Level } from '../wire/level.js'
import type { Breadcrumb, Fields } from '../wire/log.js'
import { type AttributesLike, SPAN_KIND, type SpanLike, STATUS_ERROR } from './otel.js'
import { readProperty, shorten, wellFormed } from './property.js'
import { withoutQuery } from './request-parts.js'
import { firstStatusCode, firstText, type SpanHttp, spanHttp } from './span-http.js'
import { hrDurationToMillis, hrTimeToIso } from './time.js'

/** Longest database statement kept, in characters. */
const MAX_STATEMENT = 1000

type Crumb = Omit<Breadcrumb, 'timestamp'>

/**
 * The breadcrumb of a finished outgoing call: an HTTP request (`GET https://host/path 200`), a database query (`SELECT
 * orders`), or a sent message (`publish orders`). Its timestamp is the start of the span.
 *
 * @returns `undefined` for every other span
 */
export function spanBreadcrumb(span: SpanLike): Breadcrumb | undefined {
  try {
    if (span.kind !== SPAN_KIND.client && span.kind !== SPAN_KIND.producer) return undefined
    const timestamp = hrTimeToIso(span.startTime) ?? hrTimeToIso(span.endTime)
    const crumb = describeCall(span)
    if (crumb === undefined || timestamp === undefined) return undefined
    const { type, category, message, level, data } = crumb
    return { type, category, message, level, timestamp, data: withOutcome(span, data ?? {}) }
  } catch {
    return undefined
  }
}

/** Database and messaging attributes come before HTTP: a database that is called over HTTP is still a database. */
function describeCall(span: SpanLike): Crumb | undefined {
  const { attributes } = span
  const database = firstText(attributes, 'db.system.name', 'db.system')
  if (database !== undefined) return databaseCrumb(span, database)
  const messaging = firstText(attributes, 'messaging.system')
  if (messaging !== undefined) return messagingCrumb(span, messaging)
  const http = span.kind === SPAN_KIND.client ? spanHttp(attributes) : undefined
  return http === undefined ? undefined : httpCrumb(span, http)
}

function httpCrumb(span: SpanLike, http: SpanHttp): Crumb {
  const words = [http.method, http.url === undefined ? undefined : addressOf(http.url), http.statusCode]
  const data: Fields = { method: http.method }
  if (http.url !== undefined) data.url = http.url
  if (http.statusCode !== undefined) data.status_code = http.statusCode
  return {
    type: 'http',
    category: 'http',
    message: words.filter((word) => word !== undefined).join(' '),
    level: httpLevel(span, http.statusCode),
    data,
  }
}

/** The URL without its query and user: secrets are scrubbed in `data.url`, but not in a message. */
function addressOf(url: string): string {
  const address = withoutQuery(url)
  const authority = address.indexOf('://') + 3
  if (authority === 2) return address
  const slash = address.indexOf('/', authority)
  const user = address.lastIndexOf('@', slash === -1 ? address.length : slash)
  return user < authority ? address : address.slice(0, authority) + address.slice(user + 1)
}

function httpLevel(span: SpanLike, statusCode: number | undefined): Level {
  if (statusCode === undefined) return outcomeLevel(span)
  if (statusCode >= 500) return 'error'
  return statusCode >= 400 ? 'warn' : outcomeLevel(span)
}

function outcomeLevel(span: SpanLike): Level {
  return span.status.code === STATUS_ERROR ? 'error' : 'info'
}

function databaseCrumb(span: SpanLike, system: string): Crumb {
  const { attributes } = span
  const operation = firstText(attributes, 'db.operation.name', 'db.operation')
  const target = firstText(
    attributes,
    'db.collection.name',
    'db.sql.table',
    'db.mongodb.collection',
    'db.cassandra.table',
  )
  const data: Fields = { system }
  setText(data, 'namespace', firstText(attributes, 'db.namespace', 'db.name'))
  const statement = firstText(attributes, 'db.query.text', 'db.statement')
  setText(data, 'query', statement === undefined ? undefined : shorten(statement, MAX_STATEMENT))
  const summary = firstText(attributes, 'db.query.summary')
  const message = summary ?? joined(operation, target) ?? wellFormed(span.name)
  return { type: 'query', category: 'db', message, level: outcomeLevel(span), data }
}

function messagingCrumb(span: SpanLike, system: string): Crumb {
  const { attributes } = span
  const operation = firstText(
    attributes,
    'messaging.operation.name',
    'messaging.operation.type',
    'messaging.operation',
  )
  const destination = firstText(attributes, 'messaging.destination.name', 'messaging.destination')
  const data: Fields = { system }
  setText(data, 'destination', destination)
  const message = joined(operation, destination) ?? wellFormed(span.name)
  return { type: 'default', category: 'messaging', message, level: outcomeLevel(span), data }
}

function joined(operation: string | undefined, target: string | undefined): string | undefined {
  if (operation === undefined) return undefined
  return target === undefined ? operation : `${operation} ${target}`
}

function withOutcome(span: SpanLike, data: Fields): Fields {
  const duration = span.ended ? hrDurationToMillis(span.duration) : undefined
  if (duration !== undefined) data.duration_ms = duration
  setText(data, 'error', errorOf(span, span.attributes))
  return data
}

function errorOf(span: SpanLike, attributes: AttributesLike): string | undefined {
  const type = firstText(attributes, 'error.type')
  // On HTTP spans `error.type` repeats the status code.
  if (type !== undefined && Number(type) !== firstStatusCode(attributes)) return type
  const message = readProperty(span.status, 'message')
  return span.status.code === STATUS_ERROR && typeof message === 'string' && message !== ''
    ? shorten(message, 200)
    : undefined
}

function setText(data: Fields, key: string, value: string | undefined): void {
  if (value !== undefined) data[key] = value
}
