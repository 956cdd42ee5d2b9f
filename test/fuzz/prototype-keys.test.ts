import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { afterEach, expect, test } from 'vitest'
import { LognitorClient } from '../../src/client/client.js'
import type { Options } from '../../src/config/options.js'
import { LognitorLogRecordExporter } from '../../src/otel/log-record-exporter.js'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import { MemoryTransport } from '../../src/testing/index.js'
import { openGateway, send } from '../gateway/support.js'
import { openRecorder, serve } from '../instrumentation/support.js'

const WORDS =
  '{"__proto__":{"polluted":"by proto"},"constructor":{"prototype":{"polluted":"by constructor"}}}'

/** Own keys as JSON.parse makes them; a new object each time. */
const data = () => JSON.parse(WORDS)
const record = (parts: object) => ({
  hrTime: [1795428000, 0],
  severityNumber: 17,
  body: 'kept',
  attributes: {},
  resource: { attributes: {} },
  ...parts,
})

/** Each entry point with such an object. */
const ENTRY_POINTS: Readonly<Record<string, (client: LognitorClient) => unknown>> = {
  'metadata of a call': (client) => client.info('kept', { metadata: data() }),
  'the user of a call': (client) => client.info('kept', { user: data() }),
  'the device of a call': (client) => client.info('kept', { device: data() }),
  'data of a breadcrumb': (client) => client.error('kept', { breadcrumbs: [{ message: 'b', data: data() }] }),
  'data of a breadcrumb that was left before': (client) =>
    client.withScope(() => {
      client.addBreadcrumb({ message: 'b', data: data() })
      client.error('kept')
    }),
  'own keys of an error': (client) =>
    client.info('kept', { metadata: { e: Object.assign(new Error(), { d: data() }) } }),
  context: (client) =>
    client.withScope(() => {
      client.setContext(data())
      client.info('kept')
    }),
  'the user of a scope': (client) =>
    client.withScope(() => {
      client.setUser(data())
      client.info('kept')
    }),
  'metadata of a child of a child': (client) =>
    client
      .child({ metadata: data() })
      .child({ metadata: { more: 1 } })
      .info('kept'),
  'what beforeSend gives': (client) =>
    client.info('kept', { beforeSend: (log) => ({ ...log, metadata: { ...log.metadata, ...data() } }) }),
  'a Map': (client) => client.info('kept', { metadata: { map: new Map(Object.entries(data())) } }),
  'attributes of a record': (client) =>
    new LognitorLogRecordExporter({ client }).export([record({ attributes: data() }) as never], () => {}),
  'the body of a record': (client) =>
    new LognitorLogRecordProcessor({ client }).onEmit(record({ body: data() }) as never),
  'a group of attributes': (client) =>
    new LognitorLogRecordProcessor({ client }).onEmit(
      record({ attributes: { 'lognitor.user': data() } }) as never,
    ),
  'attributes of a resource': (client) =>
    new LognitorLogRecordProcessor({ client }).onEmit(record({ resource: { attributes: data() } }) as never),
  'attributes of a span': (client) => {
    const spanProcessors = [new LognitorSpanProcessor({ client })]
    const span = new BasicTracerProvider({ spanProcessors }).getTracer('app').startSpan('work')
    Object.defineProperty(span, 'attributes', { value: data() })
    span.recordException(new Error('kept'))
    span.end()
  },
}

const cleared: (() => unknown)[] = []
afterEach(async () => {
  for (const clear of cleared.splice(0)) await clear()
})

function open(options: Options = {}) {
  const transport = new MemoryTransport()
  const client = new LognitorClient({
    redactPatterns: ['email', /x-secret/],
    allResourceAttributes: true,
    autoTruncate: true,
    ...options,
    transport,
  })
  cleared.push(() => client.shutdown(0))
  return { client, transport }
}

function expectNothingPolluted(): void {
  expect(({} as { polluted?: string }).polluted).toBeUndefined()
  expect(Object.keys(Object.prototype)).toEqual([])
}

test.each(Object.keys(ENTRY_POINTS))(
  '%s: __proto__ and constructor are keys like any other',
  async (name) => {
    const { client, transport } = open()
    ENTRY_POINTS[name]?.(client)
    await client.flush()
    expect(transport.logs).toHaveLength(1)
    const json = JSON.stringify(transport.logs)
    expect(json).toContain('"__proto__":{"polluted":"by proto"}')
    expect(json).toContain('"constructor":{"prototype":{"polluted":"by constructor"}}')
    expectNothingPolluted()
  },
)

test('a log that is redacted and cut keeps them, too', async () => {
  const { client, transport } = open()
  const metadata = JSON.parse('{"__proto__":{"a":"to bob@example.com"},"constructor":"x-secret"}')
  client.info('kept', { metadata: { ...metadata, long: 'x'.repeat(300_000) } })
  await client.flush()
  const json = JSON.stringify(transport.logs)
  expect(json).toContain('"__proto__":{"a":"to [REDACTED]"},"constructor":"[REDACTED]"')
  expectNothingPolluted()
})

test('headers, queries and users of requests pollute nothing', async () => {
  const watched = openRecorder({ includeQuery: true, trustProxy: true, captureUser: () => data() })
  const served = await serve((_request, response) => response.end())
  cleared.push(() => watched.recorder.close(), served.close)
  const headers: [string, string][] = [
    ['__proto__', 'x'],
    ['constructor', 'y'],
    ['forwarded', '__proto__=x;constructor=y'],
  ]
  await fetch(`${served.url}/?__proto__[polluted]=1&constructor[prototype][polluted]=2`, { headers })
  const [entry] = await watched.waitForEntries(1)
  expect(entry?.path).toContain('__proto__[polluted]=1')
  expect(JSON.stringify(watched.scopes[0]?.user)).toBe(WORDS)
  expectNothingPolluted()
})

test('the gateway keeps them as data', async () => {
  const { gateway, vendor } = await openGateway()
  const attribute = (key: string) => {
    const values = [{ key: '__proto__', value: { stringValue: key } }]
    return { key, value: { kvlistValue: { values } } }
  }
  const attributes = ['__proto__', 'constructor'].map(attribute)
  const logRecords = [{ body: { stringValue: 'kept' }, attributes }]
  const resourceLogs = [{ resource: { attributes }, scopeLogs: [{ logRecords }] }]
  expect(await send(gateway, '/v1/logs', { resourceLogs })).toMatchObject({ status: 200 })
  expect(vendor.seen[0]?.text).toContain('"__proto__":{"__proto__":"__proto__"}')
  expect(vendor.seen[0]?.text).toContain('"constructor":{"__proto__":"constructor"}')
  expectNothingPolluted()
})
