import { describe, expect, test } from 'vitest'
import type { GatewayOptions } from '../../src/gateway/index.js'
import type { Log } from '../../src/wire/log.js'
import type { RequestEntry } from '../../src/wire/request-entry.js'
import { takenBody } from '../support/vendor.js'
import {
  attribute,
  exceptionEvent,
  FIRST_SECOND,
  logsOf,
  openGateway,
  SPAN_ID,
  send,
  spansOf,
  TRACE_ID,
} from './support.js'

const SERVER = {
  kind: 2,
  spanId: SPAN_ID,
  name: 'GET /orders/:id',
  attributes: [
    attribute('http.request.method', 'GET'),
    attribute('http.route', '/orders/:id'),
    attribute('url.path', '/orders/7'),
    attribute('url.query', 'token=abc'),
    attribute('url.scheme', 'https'),
    attribute('server.address', 'shop.example'),
    attribute('http.response.status_code', 503),
    attribute('network.peer.address', '10.0.0.9'),
    attribute('client.address', '203.0.113.7'),
    attribute('user_agent.original', 'curl/8'),
  ],
}

function child(fields: Record<string, unknown>) {
  return { parentSpanId: SPAN_ID, ...fields }
}

async function translated(
  body: unknown,
  options: GatewayOptions = {},
): Promise<{ logs: Log[]; requests: RequestEntry[]; dropped: unknown }> {
  const { gateway, vendor } = await openGateway(options)
  expect((await send(gateway, '/v1/traces', body)).status).toBe(200)
  const of = (path: string, list: string) =>
    vendor.seen.filter((seen) => seen.path.endsWith(path)).flatMap(({ json }) => json[list])
  return {
    logs: of('/ingest', 'logs'),
    requests: of('/ingest/requests', 'requests'),
    dropped: gateway.stats().dropped,
  }
}

describe('a server span', () => {
  test('becomes a request entry', async () => {
    const { requests } = await translated(spansOf(SERVER))
    expect(requests).toEqual([
      {
        method: 'GET',
        path: '/orders/7',
        route: '/orders/:id',
        status_code: 503,
        duration_ms: 250,
        request_id: `${TRACE_ID}-${SPAN_ID}`,
        timestamp: '2026-09-21T14:13:20.000Z',
        ip: '10.0.0.9',
        user_agent: 'curl/8',
        host: 'shop.example',
        scheme: 'https',
        service: 'shop',
      },
    ])
  })

  test('has query and client address when the options ask for them', async () => {
    const { requests } = await translated(spansOf(SERVER), { includeQuery: true, trustProxy: true })
    expect(requests[0]).toMatchObject({ path: '/orders/7?token=[SCRUBBED]', ip: '203.0.113.7' })
  })

  test('without HTTP, or a span of another kind, becomes no request entry', async () => {
    const { requests, logs } = await translated(
      spansOf({ kind: 2 }, { ...SERVER, kind: 3 }, { ...SERVER, kind: 1 }),
    )
    expect([requests, logs]).toEqual([[], []])
  })

  test('is sent with others in batches of 25', async () => {
    const { gateway, vendor } = await openGateway()
    const servers = Array.from({ length: 60 }, (_, index) => ({
      ...SERVER,
      spanId: (index + 1).toString(16).padStart(16, '0'),
    }))
    await send(gateway, '/v1/traces', spansOf(...servers))
    expect(vendor.seen.map(({ json }) => json.requests.length)).toEqual([25, 25, 10])
  })
})

describe('an exception of a span', () => {
  const FAILED = child({
    name: 'charge',
    events: [exceptionEvent('CardError', 'card declined')],
    attributes: [attribute('card.brand', 'visa')],
  })

  test('becomes an error log with the id of its request', async () => {
    const { logs, requests } = await translated(spansOf(SERVER, FAILED))
    expect(logs).toHaveLength(1)
    expect(logs[0]).toMatchObject({
      level: 'error',
      message: 'card declined',
      service: 'shop',
      timestamp: '2026-09-21T14:13:20.100Z',
      error: { type: 'CardError', message: 'card declined' },
      trace: { trace_id: TRACE_ID, span_id: '0000000000000002' },
      perf: { duration_ms: 250 },
      request: {
        method: 'GET',
        url: 'https://shop.example/orders/7',
        path: '/orders/7',
        status_code: 503,
        duration_ms: 250,
      },
      metadata: { 'span.name': 'charge', 'card.brand': 'visa' },
    })
    expect(logs[0]?.fingerprint).toMatch(/^[0-9a-f]{64}$/)
    expect(logs[0]?.request_id).toBe(requests[0]?.request_id)
  })

  test('has the id of its request across several spans, in any order', async () => {
    const middle = child({ spanId: 'aaaaaaaaaaaaaaaa', name: 'middle' })
    const { logs, requests } = await translated(
      spansOf({ ...FAILED, parentSpanId: 'aaaaaaaaaaaaaaaa' }, middle, SERVER),
    )
    expect(logs[0]?.request_id).toBe(requests[0]?.request_id)
  })

  test.each([
    [false, '10.0.0.9'],
    [true, '203.0.113.7'],
  ])('has the same client address as its request: with trustProxy %s', async (trustProxy, ip) => {
    const { logs, requests } = await translated(
      spansOf({ ...SERVER, events: [exceptionEvent('E', 'on the server span')] }, FAILED),
      { trustProxy },
    )
    expect(requests[0]?.ip).toBe(ip)
    expect(logs.map(({ request }) => request?.ip)).toEqual([ip, ip])
  })

  test('has no request id when the body has no span of the request', async () => {
    const { logs } = await translated(spansOf(FAILED))
    expect(logs).toHaveLength(1)
    expect(logs[0]).not.toHaveProperty('request_id')
    expect(logs[0]).not.toHaveProperty('request')
  })

  test('survives a cycle of parents', async () => {
    const one = { ...FAILED, spanId: 'aaaaaaaaaaaaaaaa', parentSpanId: 'bbbbbbbbbbbbbbbb' }
    const { logs } = await translated(
      spansOf(one, { spanId: 'bbbbbbbbbbbbbbbb', parentSpanId: 'aaaaaaaaaaaaaaaa' }),
    )
    expect(logs).toHaveLength(1)
  })

  test('that several layers recorded is one log', async () => {
    const layers = [1, 2, 3].map((layer) =>
      child({ spanId: `cccccccccccccc0${layer}`, events: [exceptionEvent('E', 'same')] }),
    )
    const { logs, dropped } = await translated(spansOf(SERVER, ...layers))
    expect(logs).toHaveLength(1)
    expect(dropped).toEqual({ same_failure: 2 })
  })

  describe('that a framework recorded', () => {
    /** A span of this scope with an exception, in a request with this answer. */
    async function inRequest(scope: string, status: unknown, fields: Record<string, unknown>) {
      const code = typeof status === 'number' ? attribute('http.response.status_code', status) : undefined
      const answered = {
        ...SERVER,
        attributes: [attribute('http.request.method', 'GET'), ...(code ? [code] : [])],
      }
      const body = spansOf(answered, { ...FAILED, ...fields }) as unknown as {
        resourceSpans: { scopeSpans: { scope: { name: string } }[] }[]
      }
      for (const { scopeSpans } of body.resourceSpans)
        for (const { scope: named } of scopeSpans) named.name = scope
      return translated(body)
    }

    /** The span ends with the exception, and because of it. */
    const ENDED_BY_IT = {
      endTimeUnixNano: `${FIRST_SECOND}100400000`,
      status: { code: 2, message: 'card declined' },
    }
    const UNSET = { ...ENDED_BY_IT, status: {} }

    test.each([
      ['@opentelemetry/instrumentation-express', ENDED_BY_IT],
      ['@opentelemetry/instrumentation-koa', UNSET],
      ['@fastify/otel', { status: ENDED_BY_IT.status }],
      [
        'opentelemetry.instrumentation.flask',
        { ...ENDED_BY_IT, status: { code: 2, message: 'E: card declined' } },
      ],
      ['io.opentelemetry.spring-webmvc-6.0', { ...ENDED_BY_IT, status: { code: 2 } }],
    ])('%s is no error when the request was answered without a failure', async (scope, fields) => {
      const { logs, dropped, requests } = await inRequest(scope, 404, fields)
      expect(logs).toEqual([])
      expect(dropped).toEqual({ handled_exception: 1 })
      expect(requests).toHaveLength(1)
    })

    test.each([
      ['of a request that failed', '@opentelemetry/instrumentation-express', 500, ENDED_BY_IT],
      [
        'of a request whose answer is not known',
        '@opentelemetry/instrumentation-express',
        undefined,
        ENDED_BY_IT,
      ],
      ['long before its span ended', '@opentelemetry/instrumentation-koa', 200, {}],
      ['on a span that did not fail', '@opentelemetry/instrumentation-express', 200, UNSET],
      [
        'on a span that failed for another reason',
        '@opentelemetry/instrumentation-express',
        404,
        { ...ENDED_BY_IT, status: { code: 2, message: 'not found' } },
      ],
      ['on a span of GraphQL', '@opentelemetry/instrumentation-graphql', 200, ENDED_BY_IT],
      [
        "on a span of Go's HTTP server",
        'go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp',
        200,
        ENDED_BY_IT,
      ],
      ['on a span of its own', 'app', 200, ENDED_BY_IT],
    ])('is an error %s', async (_when, scope, status, fields) => {
      expect((await inRequest(scope, status, fields)).logs).toHaveLength(1)
    })
  })

  test('and its request entry count as one rejected span when Lognitor rejects both', async () => {
    const { gateway, vendor } = await openGateway()
    vendor.answer((seen) => ({ status: 422, body: takenBody(seen, [0]) }))
    const answer = await send(
      gateway,
      '/v1/traces',
      spansOf({ ...SERVER, events: [exceptionEvent('E', 'm')] }),
    )
    expect(answer.json.partialSuccess.rejectedSpans).toBe('1')
  })
})

test('attributes of a span are read by the same table as those of a log', async () => {
  const { logs } = await translated(
    spansOf({
      ...SERVER,
      events: [exceptionEvent('E', 'm')],
      attributes: [
        ...SERVER.attributes,
        attribute('enduser.id', 'u1'),
        attribute('lognitor.request_id', 'r-9'),
      ],
    }),
  )
  expect(logs[0]).toMatchObject({ user: { id: 'u1' }, request_id: 'r-9' })
})

test('one exception in two spellings on two spans is one log', async () => {
  const spelled = ['pay.CardError', 'CardError', '*pay.CardError', 'com.shop.pay.CardError'].map((type, n) =>
    child({ spanId: `dddddddddddddd0${n}`, events: [exceptionEvent(type, 'declined', 'at pay.go:1')] }),
  )
  const { logs, dropped } = await translated(spansOf(SERVER, ...spelled))
  expect(logs).toHaveLength(1)
  expect(dropped).toEqual({ same_failure: 3 })
})

test.each([
  ['Python', '__main__.CardError', 'CardError'],
  ['Go', '*pay.CardError', 'pay.CardError'],
  ['Java', 'com.shop.pay.Till$CardError', 'CardError'],
  ['PHP', 'Shop\\Pay\\CardError', 'CardError'],
])(
  'one exception as span and log, in two spellings of %s, is one group',
  async (_language, ofSpan, ofLog) => {
    const { gateway, vendor } = await openGateway()
    const event = exceptionEvent(ofSpan, 'declined', 'File "pay"')
    const { attributes } = exceptionEvent(ofLog, 'declined', 'File "pay"')
    await send(gateway, '/v1/traces', spansOf({ events: [event] }))
    await send(gateway, '/v1/logs', logsOf({ severityNumber: 17, body: { stringValue: 'pay' }, attributes }))
    const logs = vendor.batches.flatMap(({ json }) => json.logs as Log[])
    expect(logs.map(({ error }) => error?.type)).toEqual([ofSpan, ofLog])
    expect(logs[0]?.fingerprint).toBe(logs[1]?.fingerprint)
  },
)
