import { describe, expect, it } from 'vitest'
import type { SpanLike } from '../../src/translate/otel.js'
import { spanBreadcrumb } from '../../src/translate/span-breadcrumb.js'
import { span } from './support.js'

const CLIENT = 2
const PRODUCER = 3
const TIME = '2026-11-23T10:00:00.123Z'

const crumbOf = (attributes: Record<string, unknown>, given: Partial<SpanLike> = {}) =>
  spanBreadcrumb(span({ kind: CLIENT, attributes, ...given }))

describe('the breadcrumb of an HTTP call', () => {
  it('has method, address and status, and the time when it began', () => {
    const attributes = {
      'http.request.method': 'GET',
      'url.full': 'https://api.example:8443/users?token=secret',
      'http.response.status_code': 200,
      'server.address': 'api.example',
    }
    expect(crumbOf(attributes)).toStrictEqual({
      type: 'http',
      category: 'http',
      message: 'GET https://api.example:8443/users 200',
      level: 'info',
      timestamp: TIME,
      data: {
        method: 'GET',
        url: 'https://api.example:8443/users?token=secret',
        status_code: 200,
        duration_ms: 45.679,
      },
    })
  })

  it('reads the older names', () => {
    const attributes = { 'http.method': 'POST', 'http.url': 'http://a.example/x', 'http.status_code': 201 }
    expect(crumbOf(attributes)).toMatchObject({
      message: 'POST http://a.example/x 201',
      data: { method: 'POST', url: 'http://a.example/x', status_code: 201 },
    })
  })

  it('puts the address together where no attribute has all of it', () => {
    const attributes = {
      'http.method': 'GET',
      'net.peer.name': 'a.example',
      'net.peer.port': 8080,
      'http.target': '/x?y=1',
    }
    expect(crumbOf(attributes)).toMatchObject({
      message: 'GET http://a.example:8080/x',
      data: { url: 'http://a.example:8080/x?y=1' },
    })
  })

  it('says nothing of a password in the address', () => {
    const url = 'https://user:pa%40ss@a.example/x@y'
    expect(crumbOf({ 'http.request.method': 'GET', 'url.full': url })?.message).toBe(
      'GET https://a.example/x@y',
    )
  })

  it.each([
    [{ 'http.response.status_code': 302 }, 0, 'info'],
    [{ 'http.response.status_code': 404 }, 2, 'warn'],
    [{ 'http.response.status_code': 503 }, 2, 'error'],
    [{ 'error.type': 'ECONNREFUSED' }, 2, 'error'],
  ])('of %j with the status %i is at level %s', (attributes, code, level) => {
    const crumb = crumbOf({ 'http.request.method': 'GET', ...attributes }, { status: { code } })
    expect(crumb?.level).toBe(level)
  })

  it('says what went wrong when there was no answer', () => {
    const failed = crumbOf(
      { 'http.request.method': 'GET', 'error.type': 'ECONNREFUSED' },
      { status: { code: 2 } },
    )
    expect(failed).toMatchObject({ message: 'GET', data: { error: 'ECONNREFUSED' } })
    const old = crumbOf({ 'http.method': 'GET' }, { status: { code: 2, message: 'socket hang up' } })
    expect(old).toMatchObject({ data: { error: 'socket hang up' } })
    const answered = crumbOf({
      'http.request.method': 'GET',
      'error.type': '404',
      'http.response.status_code': 404,
    })
    expect(answered?.data).not.toHaveProperty('error')
  })
})

describe('the breadcrumb of a database query', () => {
  it('has operation and table, and the statement shortened', () => {
    const attributes = {
      'db.system.name': 'postgresql',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'orders',
      'db.namespace': 'shop',
      'db.query.text': `SELECT ${'a,'.repeat(1000)}`,
    }
    const crumb = crumbOf(attributes)
    expect(crumb).toMatchObject({
      type: 'query',
      category: 'db',
      message: 'SELECT orders',
      level: 'info',
      data: { system: 'postgresql', namespace: 'shop', duration_ms: 45.679 },
    })
    expect(crumb?.data?.query).toHaveLength(1001)
  })

  it('reads the older names', () => {
    const attributes = {
      'db.system': 'mysql',
      'db.name': 'shop',
      'db.operation': 'INSERT',
      'db.sql.table': 't',
      'db.statement': 'INSERT',
    }
    expect(crumbOf(attributes)).toMatchObject({
      message: 'INSERT t',
      data: { system: 'mysql', namespace: 'shop', query: 'INSERT' },
    })
  })

  it('takes the summary, else the span’s name', () => {
    expect(crumbOf({ 'db.system.name': 'x', 'db.query.summary': 'SELECT a b' })?.message).toBe('SELECT a b')
    expect(crumbOf({ 'db.system': 'redis' }, { name: 'redis-GET' })?.message).toBe('redis-GET')
  })

  it('is one also where the database is spoken to by HTTP', () => {
    const attributes = {
      'db.system.name': 'elasticsearch',
      'http.request.method': 'POST',
      'db.operation.name': 'search',
    }
    expect(crumbOf(attributes, { status: { code: 2 } })).toMatchObject({
      category: 'db',
      message: 'search',
      level: 'error',
    })
  })
})

describe('the breadcrumb of a message sent', () => {
  it('has operation and destination', () => {
    const attributes = {
      'messaging.system': 'kafka',
      'messaging.operation.name': 'publish',
      'messaging.destination.name': 'orders',
    }
    expect(crumbOf(attributes, { kind: PRODUCER })).toMatchObject({
      type: 'default',
      category: 'messaging',
      message: 'publish orders',
      data: { system: 'kafka', destination: 'orders' },
    })
    const old = {
      'messaging.system': 'kafka',
      'messaging.operation': 'publish',
      'messaging.destination': 'orders',
    }
    expect(crumbOf(old, { kind: PRODUCER })?.message).toBe('publish orders')
  })
})

describe('a span that leaves no breadcrumb', () => {
  it.each([
    ['was answered here', { kind: 1, attributes: { 'http.request.method': 'GET' } }],
    ['stayed in the process', { kind: 0, attributes: { 'http.request.method': 'GET', 'db.system': 'x' } }],
    ['received a message', { kind: 4, attributes: { 'messaging.system': 'kafka' } }],
    ['was none of the three', { kind: 2, attributes: { 'rpc.system': 'grpc' } }],
    [
      'has no time',
      { kind: 2, attributes: { 'db.system': 'x' }, startTime: [0, 0] as const, endTime: [0, 0] as const },
    ],
  ])('%s', (_, given) => {
    expect(spanBreadcrumb(span(given))).toBeUndefined()
  })
})
