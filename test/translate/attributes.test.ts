import { describe, expect, it } from 'vitest'
import { ATTRIBUTE_NAMES } from '../../src/translate/attributes.js'
import { translateLogRecord } from '../../src/translate/log-record.js'
import type { Log } from '../../src/wire/log.js'
import { logRecord } from './support.js'

const CRUMB = {
  type: 'http',
  category: 'api',
  message: 'GET /',
  level: 'info',
  timestamp: '2026-11-23T10:00:00.000Z',
}
const STACK = 'TypeError: boom\n    at pay (/app/pay.js:12:7)'
const LOCATED = { type: 'TypeError', message: 'boom', stack: STACK, filename: '/app/pay.js', line_number: 12 }

/** Attributes, and the fields they make beside level, message and timestamp. */
const ROWS: [string, Record<string, unknown>, Partial<Log>][] = [
  // The current semantic conventions.
  ['the method', { 'http.request.method': 'GET' }, { request: { method: 'GET' } }],
  [
    'the whole URL',
    { 'url.full': 'https://a.example/x?y=1' },
    { request: { url: 'https://a.example/x?y=1' } },
  ],
  ['path and query', { 'url.path': '/x', 'url.query': 'y=1' }, { request: { url: '/x?y=1', path: '/x' } }],
  [
    'a query with its mark',
    { 'url.path': '/x', 'url.query': '?y=1' },
    { request: { url: '/x?y=1', path: '/x' } },
  ],
  ['the path alone', { 'url.path': '/x' }, { request: { url: '/x', path: '/x' } }],
  [
    'URL, path and query',
    { 'url.full': 'https://a.example/x?y=1', 'url.path': '/x', 'url.query': 'y=1' },
    { request: { url: 'https://a.example/x?y=1', path: '/x' } },
  ],
  ['the status', { 'http.response.status_code': 404 }, { request: { status_code: 404 } }],
  ['the client', { 'client.address': '10.0.0.1' }, { request: { ip: '10.0.0.1' } }],
  ['the user agent', { 'user_agent.original': 'curl/8' }, { request: { user_agent: 'curl/8' } }],
  ['the user id', { 'user.id': 'u1' }, { user: { id: 'u1' }, user_id: 'u1' }],
  ['a counted user id', { 'user.id': 42 }, { user: { id: '42' }, user_id: '42' }],
  ['the email', { 'user.email': 'a@b.example' }, { user: { email: 'a@b.example' } }],
  ['the user name', { 'user.name': 'alice' }, { user: { name: 'alice' } }],
  ['the full name', { 'user.full_name': 'Alice A' }, { user: { name: 'Alice A' } }],
  [
    'both names',
    { 'user.full_name': 'Alice A', 'user.name': 'alice' },
    { user: { name: 'alice', full_name: 'Alice A' } },
  ],
  ['the session', { 'session.id': 's1' }, { session_id: 's1' }],
  ['the request id', { request_id: 'r1' }, { request_id: 'r1' }],
  ['the request id, dotted', { 'request.id': 'r1' }, { request_id: 'r1' }],
  ['the request id header', { 'http.request.header.x-request-id': ['r1'] }, { request_id: 'r1' }],
  ['file and line', { 'code.file.path': '/a.js', 'code.line.number': 3 }, { source: '/a.js:3' }],
  ['the file alone', { 'code.file.path': '/a.js' }, { source: '/a.js' }],
  [
    'the device',
    { 'device.id': 'd1', 'device.model.name': 'Pixel' },
    { device: { id: 'd1', 'model.name': 'Pixel' } },
  ],
  [
    'an exception',
    { 'exception.type': 'TypeError', 'exception.message': 'boom', 'exception.stacktrace': STACK },
    { error: LOCATED },
  ],
  // The older names.
  ['the old method', { 'http.method': 'GET' }, { request: { method: 'GET' } }],
  ['the old URL', { 'http.url': 'https://a.example/x' }, { request: { url: 'https://a.example/x' } }],
  ['the old target', { 'http.target': '/x?y=1' }, { request: { url: '/x?y=1', path: '/x' } }],
  [
    'the old target beside the URL',
    { 'http.url': 'https://a.example/x?y=1', 'http.target': '/x?y=1' },
    { request: { url: 'https://a.example/x?y=1', path: '/x' } },
  ],
  ['the old status', { 'http.status_code': 404 }, { request: { status_code: 404 } }],
  ['the old peer', { 'net.peer.ip': '10.0.0.1' }, { request: { ip: '10.0.0.1' } }],
  ['the old client', { 'http.client_ip': '10.0.0.1' }, { request: { ip: '10.0.0.1' } }],
  ['the old user agent', { 'http.user_agent': 'curl/8' }, { request: { user_agent: 'curl/8' } }],
  ['the old user', { 'enduser.id': 'u1' }, { user: { id: 'u1' }, user_id: 'u1' }],
  ['the old event name', { 'event.name': 'user.signup' }, { action: 'user.signup' }],
  ['the old file and line', { 'code.filepath': '/a.js', 'code.lineno': 3 }, { source: '/a.js:3' }],
  // Every field that the client offers.
  ['a service', { 'lognitor.service': 'pay' }, { service: 'pay' }],
  ['an environment', { 'lognitor.environment': 'test' }, { environment: 'test' }],
  ['a version', { 'lognitor.version': '2.0' }, { version: '2.0' }],
  ['a hostname', { 'lognitor.hostname': 'h1' }, { hostname: 'h1' }],
  ['a release', { 'lognitor.release_id': 'rel_1' }, { release_id: 'rel_1' }],
  ['a commit', { 'lognitor.deploy.commit': 'abc' }, { deploy: { commit: 'abc' } }],
  ['a branch', { 'lognitor.deploy.branch': 'main' }, { deploy: { branch: 'main' } }],
  [
    'an own user',
    { 'lognitor.user.id': 'u', 'lognitor.user.plan': 'pro' },
    { user: { id: 'u', plan: 'pro' }, user_id: 'u' },
  ],
  ['an own user id', { 'lognitor.user_id': 'u' }, { user: { id: 'u' }, user_id: 'u' }],
  ['an own email', { 'lognitor.user.email': 'a@b.example' }, { user: { email: 'a@b.example' } }],
  ['an own name', { 'lognitor.user.name': 'A' }, { user: { name: 'A' } }],
  ['an own session', { 'lognitor.session_id': 's' }, { session_id: 's' }],
  ['an own request id', { 'lognitor.request_id': 'r' }, { request_id: 'r' }],
  ['an action', { 'lognitor.action': 'user.signup' }, { action: 'user.signup' }],
  ['metadata', { 'lognitor.metadata.plan': 'pro' }, { metadata: { plan: 'pro' } }],
  ['tags', { 'lognitor.tags': ['a', 'b'] }, { tags: ['a', 'b'] }],
  ['one tag', { 'lognitor.tags': 'a' }, { tags: ['a'] }],
  ['an own method', { 'lognitor.request.method': 'PUT' }, { request: { method: 'PUT' } }],
  ['an own URL', { 'lognitor.request.url': '/x?a=1' }, { request: { url: '/x?a=1' } }],
  ['an own path', { 'lognitor.request.path': '/x' }, { request: { path: '/x' } }],
  ['an own status', { 'lognitor.request.status_code': 200 }, { request: { status_code: 200 } }],
  ['an own duration', { 'lognitor.request.duration_ms': 1.5 }, { request: { duration_ms: 1.5 } }],
  ['an own address', { 'lognitor.request.ip': '::1' }, { request: { ip: '::1' } }],
  ['an own user agent', { 'lognitor.request.user_agent': 'x' }, { request: { user_agent: 'x' } }],
  [
    'performance',
    { 'lognitor.perf.duration_ms': 12, 'lognitor.perf.memory_mb': 0.5, 'lognitor.perf.dbQueries': 3n },
    { perf: { duration_ms: 12, memory_mb: 0.5, dbQueries: 3 } },
  ],
  [
    'a trace',
    { 'lognitor.trace.trace_id': 't1', 'lognitor.trace.span_id': 's1' },
    { trace: { trace_id: 't1', span_id: 's1' } },
  ],
  [
    'an own error',
    {
      'lognitor.error.type': 'E_OWN',
      'lognitor.error.message': 'boom',
      'lognitor.error.stack': STACK,
      'lognitor.error.filename': '/b.js',
      'lognitor.error.line_number': 1,
      'lognitor.error.context_line': 'x()',
      'lognitor.error.pre_context': ['a'],
      'lognitor.error.post_context': ['b', 'c'],
    },
    {
      error: {
        type: 'E_OWN',
        message: 'boom',
        stack: STACK,
        filename: '/b.js',
        line_number: 1,
        context_line: 'x()',
        pre_context: ['a'],
        post_context: ['b', 'c'],
      },
    },
  ],
  ['a fingerprint', { 'lognitor.fingerprint': 'f' }, { fingerprint: 'f' }],
  ['breadcrumbs', { 'lognitor.breadcrumbs': [CRUMB] }, { breadcrumbs: [{ ...CRUMB, level: 'info' }] }],
  ['a notification', { 'lognitor.notify': true }, { notify: true }],
  ['its channels', { 'lognitor.notify_channels': ['slack'] }, { notify_channels: ['slack'] }],
  ['a source', { 'lognitor.source': 'a.ts:1' }, { source: 'a.ts:1' }],
  ['an own device', { 'lognitor.device.os': 'iOS' }, { device: { os: 'iOS' } }],
  ['a level', { 'lognitor.level': 'fatal' }, { level: 'fatal' }],
  ['a message', { 'lognitor.message': 'said' }, { message: 'said', metadata: { body: 'body' } }],
  [
    'a time',
    { 'lognitor.timestamp': '2026-01-02T03:04:05+01:00' },
    { timestamp: '2026-01-02T02:04:05.000Z' },
  ],
  [
    'groups as maps',
    { 'lognitor.user': { id: 'u', plan: 'pro' }, lognitor: { tags: ['a'], perf: { duration_ms: 1 } } },
    { user: { id: 'u', plan: 'pro' }, user_id: 'u', tags: ['a'], perf: { duration_ms: 1 } },
  ],
]

/** Attributes whose value is none of their field's: they stay in `metadata` as they are. */
const MISFITS: Record<string, unknown> = {
  'http.request.method': 7,
  'http.response.status_code': '2xx',
  'url.full': false,
  'url.query': 'lonely=1',
  'client.address': '',
  'user.id': { a: 1 },
  'session.id': true,
  'http.request.header.x-request-id': ['a', 'b'],
  'code.line.number': 3,
  'exception.type': 5,
  'exception.message': 'a stray word',
  'event.name': 1,
  'lognitor.perf.duration_ms': 'slow',
  'lognitor.perf.memory_mb': null,
  'lognitor.notify': 'yes',
  'lognitor.tags': ['a', 1],
  'lognitor.level': 'loud',
  'lognitor.timestamp': 'yesterday',
  'lognitor.breadcrumbs': [{ message: 'no time' }],
  'lognitor.user': 'alice',
  'lognitor.nonsense': 1,
  'lognitor.trace.span_id': 's1',
  'lognitor.error.filename': 'a.js',
  lognitor: 'x',
  err: 'a word',
  error: { type: 'validation', fields: 2 },
}

/** The better name wins; what it displaced stays, unless it says the same. */
const RIVALS: [Record<string, unknown>, Partial<Log>][] = [
  [
    { 'http.method': 'GET', 'http.request.method': 'POST' },
    { request: { method: 'POST' }, metadata: { 'http.method': 'GET' } },
  ],
  [
    { 'http.request.method': 'POST', 'http.method': 'GET' },
    { request: { method: 'POST' }, metadata: { 'http.method': 'GET' } },
  ],
  [{ 'http.method': 'GET', 'http.request.method': 'GET' }, { request: { method: 'GET' } }],
  [
    { 'enduser.id': 'old', 'user.id': 'new' },
    { user: { id: 'new' }, user_id: 'new', metadata: { 'enduser.id': 'old' } },
  ],
  [
    { 'lognitor.source': 'a.ts:1', 'code.file.path': 'b.ts', 'code.line.number': 2 },
    { source: 'a.ts:1', metadata: { 'code.file.path': 'b.ts', 'code.line.number': 2 } },
  ],
  [
    { 'lognitor.device.id': 'own', 'device.id': 'other' },
    { device: { id: 'own' }, metadata: { 'device.id': 'other' } },
  ],
  [
    {
      'lognitor.request.url': '/own',
      'url.full': 'https://a.example/',
      'url.path': '/',
      'http.target': '/t',
    },
    {
      request: { url: '/own', path: '/' },
      metadata: { 'url.full': 'https://a.example/', 'http.target': '/t' },
    },
  ],
]

function fieldsOf(attributes: Record<string, unknown>): Log {
  return translateLogRecord(logRecord({ body: 'body', attributes }), {})
}

const PLAIN: Log = { level: 'info', message: 'body', timestamp: '2026-11-23T10:00:00.123Z' }

it('an attribute without a field goes to metadata under any name, however many others were there before', () => {
  const names = Array.from({ length: 3000 }, (_, n) => `name ${n}`)
  const odd = ['__proto__', 'lone \ud800', 'x'.repeat(200), 'lognitor.unknown', 'constructor']
  for (const name of [...names, ...odd, ...names.slice(0, 10), ...odd]) {
    const attributes = JSON.parse(`{${JSON.stringify(name)}:"v","user.id":"u"}`) as Record<string, unknown>
    const log = translateLogRecord(logRecord({ attributes }), {})
    expect(Object.entries(log.metadata ?? {})).toEqual([[name.replace('\ud800', '\ufffd'), 'v']])
    expect(log.user_id).toBe('u')
  }
})

describe('the table of attributes', () => {
  it.each(ROWS)('gives %s', (_, attributes, fields) => {
    const level = fields.error === undefined ? 'info' : 'error'
    expect(fieldsOf(attributes)).toStrictEqual({ ...PLAIN, level, ...fields })
  })

  it('has an example here for every name', () => {
    const shown = new Set(ROWS.flatMap(([, attributes]) => Object.keys(attributes)))
    const structures = ['err', 'error']
    expect(ATTRIBUTE_NAMES.filter((name) => !shown.has(name) && !structures.includes(name))).toEqual([])
  })

  it.each(Object.entries(MISFITS))('leaves %s in metadata when it is %j', (name, value) => {
    expect(fieldsOf({ [name]: value })).toStrictEqual({ ...PLAIN, metadata: { [name]: value } })
  })

  it.each(RIVALS)('lets the better name win: %j', (attributes, fields) => {
    expect(fieldsOf(attributes)).toStrictEqual({ ...PLAIN, ...fields })
  })

  it('keeps every other attribute under its own name', () => {
    const attributes = { 'order.id': 'o1', nested: { deep: [1, { x: null }] }, 'service.name': 'not mine' }
    expect(fieldsOf(attributes).metadata).toStrictEqual(attributes)
  })

  it('treats __proto__ and constructor as names like any other', () => {
    const attributes = JSON.parse(
      '{"__proto__": {"a": 1}, "constructor": "c", "lognitor.user.__proto__": "p"}',
    )
    const log = fieldsOf(attributes)
    expect(JSON.stringify(log.metadata)).toBe('{"__proto__":{"a":1},"constructor":"c"}')
    expect(JSON.stringify(log.user)).toBe('{"__proto__":"p"}')
    expect(Object.getPrototypeOf(log.metadata)).toBe(Object.prototype)
  })

  it('looks at a thousand attributes and counts the rest', () => {
    const attributes = Object.fromEntries(Array.from({ length: 1005 }, (_, index) => [`k${index}`, index]))
    const { metadata } = fieldsOf(attributes)
    expect(Object.keys(metadata ?? {})).toHaveLength(1001)
    expect(metadata?.['otel.dropped_attributes_count']).toBe(5)
  })
})
