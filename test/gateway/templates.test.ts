import { resourceFromAttributes } from '@opentelemetry/resources'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeLogs } from '../../src/gateway/decode/decode.js'
import { WrittenLogs } from '../../src/gateway/decode/written-logs.js'
import { Forwarder } from '../../src/gateway/forward/forwarder.js'
import { resolveGatewayOptions } from '../../src/gateway/gateway-options.js'
import type { LogRecordLike } from '../../src/translate/otel.js'
import type { Vendor } from '../support/vendor.js'
import { FIRST_SECOND, openGateway, SPAN_ID, sdkRecord, send, serialize, TRACE_ID } from './support.js'

const RECORDS = 24
const GROUP = { resource: sdkRecord().resource, instrumentationScope: { name: 'orders' } }
/** Matches nothing, but redaction has to see each log, so that none is written by a template. */
const ORDINARY = { redactPatterns: [/never in any text/] }

/** Records of one shape: `fieldsOf` gives what the record with this number has besides time and group. */
function alike(fieldsOf: (n: number) => Partial<LogRecordLike>): LogRecordLike[] {
  return Array.from({ length: RECORDS }, (_, n) => {
    const hrTime = [FIRST_SECOND + n, n * 1e6] as const
    return sdkRecord({ ...GROUP, hrTime, hrTimeObserved: hrTime, ...fieldsOf(n) })
  })
}

/** One character stands for each byte: broken UTF-8 must not become a character that looks like a correct one. */
const textsOf = (seen: Vendor['seen']) => seen.map(({ raw }) => raw.toString('latin1')).sort()

/** The bodies that reach the service, sorted: those of one export are sent side by side. */
async function sent(body: Buffer, options: object): Promise<string[]> {
  const { gateway, vendor } = await openGateway(options)
  // The second time, more is known of the records.
  for (const _ of [1, 2]) expect((await send(gateway, '/v1/logs', body)).status).toBe(200)
  await gateway.close()
  // Batches of one export are sent at the same time.
  return textsOf(vendor.seen)
}

async function expectSame(records: readonly LogRecordLike[]): Promise<void> {
  const body = serialize('protobuf', records)
  const ordinary = await sent(body, ORDINARY)
  expect(ordinary.length).toBeGreaterThan(0)
  expect(await sent(body, {})).toEqual(ordinary)
}

/** How many of the records a template wrote. */
async function written(records: readonly LogRecordLike[], options: object = {}): Promise<number> {
  const { shared } = resolveGatewayOptions({ apiKey: 'key', ...options }, {})
  const { templates } = new Forwarder(shared, { timeoutMs: 1000, connections: 1 })
  const decoded = await decodeLogs(serialize('protobuf', records), 'protobuf', templates)
  const counts = [...decoded].map((item) => (item instanceof WrittenLogs ? item.count : 0))
  return counts.reduce((sum, count) => sum + count, 0)
}

const order = (n: number) =>
  sdkRecord({
    body: `order ${n}`,
    spanContext: { traceId: TRACE_ID, spanId: SPAN_ID },
    attributes: {
      'user.id': `customer-${n}`,
      'order.id': n,
      'order.total': 19.9 + n / 7,
      'order.items': ['a', `b${n}`],
      'order.currency': '€',
      'db.query.rows': n,
      'http.query.token': `secret-${n}`,
      paid: n % 2 === 0,
    },
  })
const orders = alike((n) => ({ ...order(n), ...GROUP }))

test('records that differ in their values alone are written by a template, and arrive as others do', async () => {
  expect(await written(orders)).toBeGreaterThan(RECORDS / 2)
  await expectSame(orders)
})

test('records are written by a template also when a service has come to write other shapes', async () => {
  const shapes = Array.from({ length: 12 }, (_, shape) =>
    alike((n) => ({ attributes: { [`a${shape}`]: n } })).concat(alike((n) => ({ eventName: `odd ${n}` }))),
  )
  const last = Array.from({ length: 20 }, () => orders).flat()
  expect(await written([...shapes.flat(), ...last])).toBeGreaterThan(last.length / 2)
})

test('no template writes a record when redaction or a hook has to see each log', async () => {
  expect(await written(orders, ORDINARY)).toBe(0)
  expect(await written(orders, { beforeSend: (log: object) => log })).toBe(0)
})

const TRACED = { traceId: TRACE_ID, spanId: SPAN_ID }
const CASES: Readonly<Record<string, (n: number) => Partial<LogRecordLike>>> = {
  'values of which one has to be escaped': (n) => ({ attributes: { a: n % 2 ? 'a "b"\n\\' : 'plain' } }),
  'a text that stands for a lone surrogate': () => ({ attributes: { a: '\\ud800' } }),
  'names that have to be escaped': (n) => ({ attributes: { 'a "b" \\': n, 'ä€😀': n } }),
  'a name like that of the prototype': (n) => ({ attributes: { ['__proto__']: n, b: 1 } }),
  'names of numbers': (n) => ({ attributes: { b: n, 10: n, 9: n } }),
  'a user whose id is sometimes empty': (n) => ({ attributes: { 'user.id': n % 3 ? `u${n}` : '' } }),
  'a user whose id is sometimes a number': (n) => ({ attributes: { 'user.id': n % 3 ? `u${n}` : n } }),
  'two names for one field': (n) => ({ attributes: { 'user.id': `u${n % 2}`, 'enduser.id': 'u0' } }),
  'URLs with secrets': (n) => ({ attributes: { 'req.url': `/a?token=${n}`, 'x.query.token': `${n}` } }),
  'queries that are scrubbed': (n) => ({
    attributes: { 'url.query': `token=${n}`, 'http.target': `/?key=${n}` },
  }),
  errors: (n) => ({ severityNumber: 17, attributes: { 'exception.message': `no ${n}`, a: n } }),
  'errors without an exception': (n) => ({ severityNumber: 17, body: `failed ${n}`, attributes: { a: n } }),
  'names of the package': (n) => ({ attributes: { 'otel.scope.name': n % 2 ? 'orders' : 'x', body: n } }),
  'an id of the application': (n) => ({ attributes: { 'log.record.uid': `id-${n}` } }),
  'metadata given by name': (n) => ({ attributes: { 'lognitor.metadata.a': n, a: n + 1 } }),
  'a level of their own': (n) => ({ attributes: { 'lognitor.level': n % 2 ? 'warn' : 'error', a: n } }),
  'maps, bytes and nothing': (n) => ({
    attributes: { a: { n }, b: Buffer.from([n]), c: [null, 1] } as never,
  }),
  'large and odd numbers': (n) => ({
    attributes: { a: 2 ** 60 + n, b: -0, c: 1e21, d: -n, e: n / 3, f: 1e-7 },
  }),
  'numbers that are none': (n) => ({ attributes: { a: n % 2 ? Number.NaN : Number.NEGATIVE_INFINITY } }),
  'empty lists and texts': (n) => ({ attributes: { a: [], b: '', c: n } }),
  'ids of zeros, now and then': (n) => ({
    spanContext: n % 3 ? TRACED : { ...TRACED, spanId: '0'.repeat(16) },
  }),
  'no body, now and then': (n) => ({ body: n % 3 ? `line ${n}` : undefined }),
  'bodies of other kinds': (n) => ({ body: n % 3 ? { n } : `line ${n}` }),
  'no time, now and then': (n) => (n % 3 ? {} : { hrTime: [0, 0], hrTimeObserved: [0, 0] }),
  'the observed time alone': () => ({ hrTime: [0, 0] }),
  'another severity each': (n) => ({ severityNumber: n, severityText: n % 2 ? 'AUDIT' : '' }),
  'a name of the event': (n) => ({ eventName: n % 2 ? 'paid' : undefined }),
  'dropped attributes': (n) => ({ droppedAttributesCount: n % 2 ? 3 : 0 }),
  'a large text': (n) => ({ attributes: { a: 'x'.repeat(n * 3000) } }),
  winston: (n) => ({
    instrumentationScope: { name: '@opentelemetry/winston-transport' },
    attributes: { a: n },
  }),
  console: (n) => ({
    instrumentationScope: { name: '@opentelemetry/instrumentation-console' },
    body: n % 2 ? `Error: no\n    at a (b.js:${n}:1)` : 'fine',
  }),
}

test.each(Object.entries(CASES))('records with %s arrive as without templates', async (_, fieldsOf) => {
  await expectSame(alike(fieldsOf))
})

// A template is learnt from a record to which these rules do not apply, and must not write one to which they do.
const LATE: Readonly<Record<string, readonly [string, string | number | boolean]>> = {
  'the URL of a request with a secret': ['req.url', 'https://host/a?token=secret'],
  'the original URL with a secret': ['originalUrl', '/a?token=secret'],
  'the URL of a nested request with a secret': ['context.request.url', '/a?token=secret'],
  'a query with a secret': ['req.query.token', 'secret'],
  'an HTTP target with a secret': ['http.target', '/a?token=secret'],
  'a printed error': ['err', 'Error: no\n    at a (b.js:1:1)'],
  'a stack': ['error.stack', 'Error: no\n    at a (b.js:1:1)'],
  'a status of an error': ['http.response.status_code', 503],
  'a level': ['level', 'fatal'],
  'a time': ['time', '2020-01-01T00:00:00Z'],
  'a text of JSON': ['data', '{"a":1}'],
  'a flag of an error': ['exception.escaped', true],
}
test.each(Object.entries(LATE))('%s is seen in the last records of a body, too', async (_, [name, value]) => {
  const plain = typeof value === 'string' ? '/plain' : typeof value === 'number' ? 200 : false
  for (const severityNumber of [9, 17]) {
    await expectSame(
      alike((n) => ({ severityNumber, attributes: { [name]: n < 16 ? plain : value, number: n } })),
    )
  }
})

test('an attribute of the resource keeps its place beside one of the record', async () => {
  const { resource } = sdkRecord()
  const attributes = { ...resource.attributes, 'k8s.pod.name': 'pod', region: 'a' }
  const records = alike((n) => ({
    resource: { ...resource, attributes } as never,
    attributes: { 'k8s.pod.name': `own ${n}`, region: n, x: n },
  }))
  await expectSame(records)
  const body = serialize('protobuf', records)
  const all = { allResourceAttributes: true }
  expect(await sent(body, all)).toEqual(await sent(body, { ...all, ...ORDINARY }))
})

test('any record arrives as without templates', async () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 3 }),
  )
  const name = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('user.id', 'session.id', 'body', 'url.full', 'a.url', 'error', 'event.name', '__proto__'),
  )
  const record = fc.record({
    names: fc.uniqueArray(name, { maxLength: 6 }),
    values: fc.infiniteStream(value),
    bodies: fc.infiniteStream(fc.string({ unit: 'grapheme' })),
    severityNumber: fc.integer({ min: 0, max: 24 }),
  })
  const { gateway, vendor } = await openGateway()
  const { gateway: plain, vendor: other } = await openGateway(ORDINARY)
  await fc.assert(
    fc.asyncProperty(record, async ({ names, values, bodies, severityNumber }) => {
      const next = <T>(stream: Iterator<T>) => stream.next().value as T
      const records = alike(() => ({
        severityNumber,
        body: next(bodies),
        attributes: Object.fromEntries(names.map((each) => [each, next(values)])) as never,
      }))
      const body = serialize('protobuf', records)
      await Promise.all([gateway, plain].map((each) => send(each, '/v1/logs', body)))
      expect(vendor.seen.at(-1)?.text).toEqual(other.seen.at(-1)?.text)
    }),
    { numRuns: 40 },
  )
})

test('a text with broken UTF-8 arrives as without templates', async () => {
  // What comes behind stands for one, two or three bytes that are no character, or none in UTF-8.
  const broken = [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98], [0xc3, 0xa9]]
  const records = alike((n) => ({ body: `line ${n} ???`, attributes: { 'user.id': `u${n} ???`, a: '???' } }))
  for (const bytes of broken) {
    const body = serialize('protobuf', records)
    const half = body.length / 2
    for (let at = body.indexOf('???', half); at >= 0; at = body.indexOf('???', at + 3))
      Buffer.from(bytes).copy(body, at)
    const ordinary = await sent(body, ORDINARY)
    expect(await sent(body, {})).toEqual(ordinary)
  }
})

test('records of many groups, shapes, levels and sizes arrive as without templates', async () => {
  const groups = ['orders', 'users', 'console'].flatMap((name) =>
    ['shop', 'bank'].map((service) => ({
      resource: resourceFromAttributes({ 'service.name': service }),
      instrumentationScope: { name },
    })),
  )
  const stretch = fc.record({
    group: fc.nat(groups.length - 1),
    shape: fc.nat(3),
    count: fc.integer({ min: 1, max: 150 }),
    length: fc.constantFrom(0, 1, 200, 3000, 20_000),
    seconds: fc.constantFrom(0, 1, 1e6),
  })
  const options = { minLevel: 'info', service: 'none' } as const
  const { gateway, vendor } = await openGateway(options)
  const { gateway: plain, vendor: other } = await openGateway({ ...options, ...ORDINARY })
  const shapeOf = (shape: number, n: number, text: string): Partial<LogRecordLike> => {
    if (shape === 0) return { attributes: { n, text, half: n / 2, big: 2 ** 40 + n, 'user.id': `u${n}` } }
    if (shape === 1) return { severityNumber: 5 + 4 * (n % 3), attributes: { text, n: n * 1000 } }
    if (shape === 2) return { body: text + n, spanContext: TRACED as never, attributes: { 'a.url': text } }
    return { severityNumber: n % 2 ? 1 : 17, body: `${n % 7 ? '' : '"'}${text}` }
  }
  await fc.assert(
    fc.asyncProperty(fc.array(stretch, { minLength: 1, maxLength: 8 }), async (stretches) => {
      let number = 0
      const records = stretches.flatMap(({ group, shape, count, length, seconds }) => {
        const most = length > 1000 ? 30 : count
        return Array.from({ length: Math.min(count, most) }, () => {
          const n = number++
          const hrTime = [FIRST_SECOND + Math.floor(n / 5) * seconds, (n * 7_654_321) % 1e9] as const
          const times = n % 50 === 49 ? {} : { hrTime, hrTimeObserved: hrTime }
          return sdkRecord({ ...groups[group], ...times, ...shapeOf(shape, n, 'x'.repeat(length)) })
        })
      })
      const body = serialize('protobuf', records)
      const [from, fromOther] = [vendor.seen.length, other.seen.length]
      const answers = await Promise.all([gateway, plain].map((each) => send(each, '/v1/logs', body)))
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      expect(textsOf(vendor.seen.slice(from))).toEqual(textsOf(other.seen.slice(fromOther)))
      expect(gateway.stats().accepted).toBe(plain.stats().accepted)
    }),
    { numRuns: 25 },
  )
  expect(gateway.stats()).toEqual(plain.stats())
})
