// The data that the senders send, record by record, and what must arrive. python/sender.py writes the same.

export const RESOURCE = (language) => ({
  'service.name': `fleet-${language}`,
  'service.version': '4.2.0',
  'deployment.environment.name': 'collector-test',
  'host.name': 'sender-1',
})

/** Time of the first record, in milliseconds; each later record is a millisecond later. */
export const START_MS = 1_790_000_000_000

const SEVERITIES = [
  [5, 'DEBUG', 'debug'],
  [9, 'INFO', 'info'],
  [13, 'WARN', 'warn'],
  [17, 'ERROR', 'error'],
  [21, 'FATAL', 'fatal'],
]
const EXCEPTION_EVERY = 50
const EVENT_EVERY = 10
const FAILING_EVERY = 10

export function hex(number, digits) {
  return number.toString(16).padStart(digits, '0')
}

/** The ids of a record's or span's trace, derived from the run and the number. */
export function idsOf(run, number) {
  return {
    traceId: `${hex(run + 1, 8)}${hex(number + 1, 24)}`,
    spanId: hex((run + 1) * 2 ** 32 + number, 16),
  }
}

export function logOf(run, number) {
  const [severityNumber, severityText] = SEVERITIES[number % 5]
  const attributes = {
    run,
    seq: number,
    'order.total': number + 0.5,
    paid: number % 2 === 0,
    sizes: [1, 2, 3],
    'user.id': `u${number % 100}`,
    'session.id': 's1',
    'http.request.method': 'POST',
    'url.path': '/orders',
    'http.response.status_code': 201,
    'lognitor.tags': ['fleet'],
    exact: Number.MAX_SAFE_INTEGER - number,
  }
  if (number % EXCEPTION_EVERY === 3) {
    attributes['exception.type'] = 'CardError'
    attributes['exception.message'] = `card ${number} declined`
    attributes['exception.stacktrace'] = `CardError: card ${number} declined\n    at pay (/app/pay.js:10:3)`
  }
  return {
    timestampMs: START_MS + number,
    severityNumber,
    severityText,
    body: `run ${run} log ${number}`,
    eventName: number % EVENT_EVERY === 0 ? 'order.placed' : undefined,
    attributes,
    ...idsOf(run, number),
  }
}

/** A server span; every tenth fails with an exception. */
export function spanOf(run, number) {
  const fails = number % FAILING_EVERY === 0
  return {
    name: 'GET /orders/:id',
    startMs: START_MS + number,
    endMs: START_MS + number + 25,
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/orders/:id',
      'url.path': `/orders/${number}`,
      'url.scheme': 'https',
      'server.address': 'shop.example',
      'http.response.status_code': fails ? 500 : 200,
      'network.peer.address': '10.0.0.9',
      'user_agent.original': 'fleet/1',
    },
    exception: fails
      ? {
          type: 'DbError',
          message: `run ${run} span ${number} failed`,
          stack: `DbError: run ${run} span ${number} failed`,
        }
      : undefined,
  }
}

/** Number of error logs for this many spans. */
export function exceptionsOf(spans) {
  return Math.ceil(spans / FAILING_EVERY)
}

/** What is wrong with a log that arrived; undefined when nothing is. */
export function logProblem(log, run, number, language) {
  const sent = logOf(run, number)
  const level = SEVERITIES[number % 5][2]
  const { traceId, spanId } = sent
  const isError = number % EXCEPTION_EVERY === 3
  const expected = {
    level,
    message: sent.body,
    timestamp: new Date(sent.timestampMs).toISOString(),
    service: `fleet-${language}`,
    version: '4.2.0',
    environment: 'collector-test',
    hostname: 'sender-1',
    user_id: `u${number % 100}`,
    session_id: 's1',
    'user.id': `u${number % 100}`,
    'request.method': 'POST',
    'request.path': '/orders',
    'request.status_code': 201,
    'tags.0': 'fleet',
    'trace.trace_id': traceId,
    'trace.span_id': spanId,
    request_id: `${traceId}-${spanId}`,
    action: sent.eventName,
    'error.type': isError ? 'CardError' : undefined,
    'error.message': isError ? `card ${number} declined` : undefined,
    'metadata.run': run,
    'metadata.seq': number,
    'metadata.order.total': number + 0.5,
    'metadata.paid': number % 2 === 0,
    'metadata.sizes': '1,2,3',
    'metadata.exact': sent.attributes.exact,
    'metadata.otel.scope.name': 'fleet',
  }
  return difference(log, expected)
}

/** What is wrong with a request entry that arrived; undefined when nothing is. */
export function requestProblem(entry, number, language) {
  const { traceId, spanId } = spanIdsOf(entry)
  return difference(entry, {
    method: 'GET',
    path: `/orders/${number}`,
    route: '/orders/:id',
    status_code: number % FAILING_EVERY === 0 ? 500 : 200,
    duration_ms: 25,
    timestamp: new Date(START_MS + number).toISOString(),
    host: 'shop.example',
    scheme: 'https',
    ip: '10.0.0.9',
    user_agent: 'fleet/1',
    service: `fleet-${language}`,
    version: '4.2.0',
    environment: 'collector-test',
    request_id: `${traceId}-${spanId}`,
  })
}

function spanIdsOf({ request_id }) {
  const [traceId = '', spanId = ''] = request_id.split('-')
  return /^[0-9a-f]{32}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId) ? { traceId, spanId } : {}
}

function difference(found, expected) {
  for (const [path, value] of Object.entries(expected)) {
    const got = at(found, path)
    if (String(got) !== String(value))
      return `${path} is ${JSON.stringify(got)}, not ${JSON.stringify(value)}`
  }
  return undefined
}

/** Reads `metadata.order.total`; metadata keys may contain dots themselves. */
function at(value, path) {
  const dot = path.indexOf('.')
  if (dot < 0) return value?.[path]
  const head = path.slice(0, dot)
  const rest = path.slice(dot + 1)
  return head === 'metadata' ? value.metadata?.[rest] : at(value?.[head], rest)
}
