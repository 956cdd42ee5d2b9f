import { describe, expect, it } from 'vitest'
import type { SpanLike } from '../../src/translate/otel.js'
import { type SpanRequestOptions, spanRequestEntry } from '../../src/translate/span-request.js'
import type { RequestEntry } from '../../src/wire/request-entry.js'
import { SPAN_ID, span, TRACE_ID } from './support.js'

const SERVER = 1

function entryOf(
  attributes: Record<string, unknown>,
  given: Partial<SpanLike> = {},
  options: SpanRequestOptions = {},
): RequestEntry | undefined {
  return spanRequestEntry(span({ kind: SERVER, attributes, ...given }), {}, options)
}

const CURRENT = {
  'http.request.method': 'GET',
  'url.scheme': 'https',
  'url.path': '/orders/17',
  'url.query': 'token=x',
  'server.address': 'shop.example',
  'server.port': 8443,
  'client.address': '203.0.113.7',
  'network.peer.address': '10.0.0.1',
  'user_agent.original': 'curl/8',
  'http.response.status_code': 200,
  'http.route': '/orders/:id',
}

describe('the request entry of a server span', () => {
  it('has all that the span and its resource know', () => {
    const resource = { 'process.runtime.name': 'nodejs', 'process.runtime.version': '20.20.0' }
    const entry = spanRequestEntry(
      span({ kind: SERVER, attributes: CURRENT, resource: { attributes: resource } }),
      { service: 'shop', environment: 'production', version: '1.0', hostname: 'h' },
    )
    expect(entry).toStrictEqual({
      method: 'GET',
      path: '/orders/17',
      status_code: 200,
      duration_ms: 45.679,
      request_id: `${TRACE_ID}-${SPAN_ID}`,
      timestamp: '2026-11-23T10:00:00.123Z',
      route: '/orders/:id',
      ip: '10.0.0.1',
      user_agent: 'curl/8',
      host: 'shop.example:8443',
      scheme: 'https',
      runtime: 'node',
      runtime_version: '20.20.0',
      environment: 'production',
      service: 'shop',
      version: '1.0',
    })
  })

  it('reads the names that Envoy gives', () => {
    const attributes = {
      component: 'proxy',
      'http.method': 'GET',
      'http.url': 'http://shop.example:9181/orders/7?page=2',
      'http.status_code': '200',
      'peer.address': '10.0.0.9',
      user_agent: 'curl/8',
    }
    expect(entryOf(attributes)).toMatchObject({
      path: '/orders/7',
      status_code: 200,
      host: 'shop.example:9181',
      scheme: 'http',
      ip: '10.0.0.9',
      user_agent: 'curl/8',
    })
    // Other tracers put the name of a service there, or an address with a port.
    expect(entryOf({ ...attributes, 'peer.address': 'mysql://db:3306' })).not.toHaveProperty('ip')
  })

  describe('has a route from the name of its span', () => {
    const OTELHTTP = { name: 'go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp' }

    it.each([
      ['GET /orders/{id}', '/orders/17', '/orders/{id}'],
      ['GET /orders/{id}/lines/{line...}', '/orders/17/lines/3/4', '/orders/{id}/lines/{line...}'],
      ['GET /orders/:id', '/orders/17', '/orders/:id'],
      ['GET /orders/<int:id>', '/orders/17', '/orders/<int:id>'],
      ['GET /orders/[id]', '/orders/17', '/orders/[id]'],
      ['GET /files/*', '/files/a/b', '/files/*'],
      ['GET /files/**', '/files/a/b', '/files/**'],
    ])('%s', (name, path, route) => {
      const attributes = { 'http.request.method': 'GET', 'url.path': path }
      expect(entryOf(attributes, { name })?.route).toBe(route)
    })

    it("that Go's net/http gives a page without parameters", () => {
      const attributes = { 'http.request.method': 'GET', 'url.path': '/orders' }
      expect(entryOf(attributes, { name: 'GET /orders', instrumentationScope: OTELHTTP })?.route).toBe(
        '/orders',
      )
      expect(entryOf(attributes, { name: 'GET /orders' })).not.toHaveProperty('route')
    })

    it.each([
      ['GET /orders/17', 'the path itself, with what may be an id'],
      ['GET /orders/0af76519-16cd-43dd-8448-eb211c80319c', 'the path itself, with what may be an id'],
      ['GET', 'the method alone'],
      ['GET /{tenant}/users/{id}', 'a template of other pages'],
      ['POST /orders/{id}', 'another method'],
      ['/orders/{id}', 'no method'],
      ['GET orders {id}', 'an operation'],
    ])('and none from %s, which is %s', (name) => {
      const attributes = {
        'http.request.method': 'GET',
        'url.path': name.includes('-') ? name.slice(4) : '/orders/17',
      }
      expect(entryOf(attributes, { name, instrumentationScope: OTELHTTP })).not.toHaveProperty('route')
    })

    it('unless the span has a route of its own', () => {
      expect(entryOf(CURRENT, { name: 'GET /orders/{number}' })?.route).toBe('/orders/:id')
    })
  })

  it('reads the older names', () => {
    const attributes = {
      'http.method': 'POST',
      'http.scheme': 'http',
      'http.target': '/orders?x=1',
      'http.host': 'shop.example:8080',
      'net.peer.ip': '10.0.0.1',
      'http.user_agent': 'curl/8',
      'http.status_code': 201,
      'http.route': '/orders',
    }
    expect(entryOf(attributes)).toStrictEqual({
      method: 'POST',
      path: '/orders',
      status_code: 201,
      duration_ms: 45.679,
      request_id: `${TRACE_ID}-${SPAN_ID}`,
      timestamp: '2026-11-23T10:00:00.123Z',
      route: '/orders',
      ip: '10.0.0.1',
      user_agent: 'curl/8',
      host: 'shop.example:8080',
      scheme: 'http',
    })
  })

  it('finds path, host and scheme in the whole URL', () => {
    const attributes = { 'http.method': 'GET', 'http.url': 'https://u:p@shop.example/a/b?x=1#y' }
    expect(entryOf(attributes)).toMatchObject({ path: '/a/b', host: 'shop.example', scheme: 'https' })
    expect(entryOf({ 'http.method': 'GET', 'http.url': 'http://shop.example?x' })).toMatchObject({
      path: '/',
    })
    expect(entryOf({ 'http.method': 'GET' })).toMatchObject({ path: '/' })
  })

  it('keeps the query, and believes a proxy, only when asked to', () => {
    const options = { includeQuery: true, trustProxy: true }
    expect(entryOf(CURRENT, {}, options)).toMatchObject({ path: '/orders/17?token=x', ip: '203.0.113.7' })
    expect(entryOf({ 'http.method': 'GET', 'client.address': '203.0.113.7' })?.ip).toBe('203.0.113.7')
    expect(entryOf({ 'http.method': 'GET', 'network.peer.address': '10.0.0.1' }, {}, options)?.ip).toBe(
      '10.0.0.1',
    )
  })

  it('leaves the port out when it is the scheme’s own', () => {
    expect(entryOf({ ...CURRENT, 'server.port': 443 })?.host).toBe('shop.example')
    expect(entryOf({ ...CURRENT, 'url.scheme': 'http', 'server.port': 80 })?.host).toBe('shop.example')
  })

  it('has the status code that is named, as a number or as a text, and claims none of its own', () => {
    const code = (value: unknown) => entryOf({ 'http.method': 'GET', 'http.status_code': value })?.status_code
    expect([200, '200', '404', '503'].map(code)).toEqual([200, 200, 404, 503])
    for (const none of ['', '2xx', 'OK', '0', '1000', null, undefined]) expect(code(none)).toBeUndefined()
    expect(entryOf({ 'http.method': 'GET' }, { status: { code: 2 } })).not.toHaveProperty('status_code')
    expect(
      entryOf({ 'http.method': 'GET', 'http.response.status_code': 'x', 'http.status_code': '204' })
        ?.status_code,
    ).toBe(204)
  })

  it.each([
    [{ 'server.address': 'shop.example:8000', 'server.port': 8000 }, 'shop.example:8000'],
    [{ 'server.address': 'shop.example', 'server.port': 8000 }, 'shop.example:8000'],
    [{ 'server.address': 'shop.example:443', 'url.scheme': 'https' }, 'shop.example'],
    [{ 'server.address': '::1', 'server.port': 8080 }, '[::1]:8080'],
    [{ 'server.address': '[::1]:8080', 'server.port': 8080 }, '[::1]:8080'],
    [{ 'server.address': '2001:db8::7' }, '[2001:db8::7]'],
    [{ 'http.host': 'shop.example:8000', 'net.host.port': 9000 }, 'shop.example:8000'],
    [{ 'http.host': 'shop.example', 'net.host.port': 9000 }, 'shop.example'],
    [{ 'net.host.name': 'shop.example', 'net.host.port': 80 }, 'shop.example'],
  ])('has host and port once: %j', (attributes, host) => {
    expect(entryOf({ 'http.method': 'GET', ...attributes })?.host).toBe(host)
  })

  it('has the method that stood in the request where the instrumentation knows none of that name', () => {
    const other = { 'http.request.method': '_OTHER', 'http.request.method_original': 'PURGE' }
    expect(entryOf(other)?.method).toBe('PURGE')
    expect(entryOf({ 'http.request.method': '_OTHER' })?.method).toBe('_OTHER')
  })

  it('takes its duration from start and end where the span has none', () => {
    const nothing = [Number.NaN, 0] as const
    expect(entryOf(CURRENT, { duration: nothing })?.duration_ms).toBe(45.679)
    expect(entryOf(CURRENT, { duration: nothing, endTime: [0, 0] })?.duration_ms).toBe(0)
  })

  it('is none for another kind of span, without method, time or trace', () => {
    expect(entryOf(CURRENT, { kind: 2 })).toBeUndefined()
    expect(entryOf({ 'url.path': '/' })).toBeUndefined()
    expect(entryOf(CURRENT, { startTime: [0, 0] })).toBeUndefined()
    const spanContext = () => ({ traceId: '0'.repeat(32), spanId: SPAN_ID })
    expect(entryOf(CURRENT, { spanContext })).toBeUndefined()
  })
})
