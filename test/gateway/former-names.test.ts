import protobuf from 'protobufjs/minimal.js'
import { describe, expect, test } from 'vitest'
import { attribute, exceptionEvent, logsOf, openGateway, send, spansOf } from './support.js'

/** The same request with each field named as in the protobuf schema: `time_unix_nano`. */
function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(field),
    ]),
  )
}

const LOGS = logsOf('hello', {
  timeUnixNano: '1790000000123456789',
  severityNumber: 17,
  body: { kvlistValue: { values: [attribute('message', 'structured'), attribute('n', 7)] } },
  attributes: [attribute('a', 1), { key: 'list', value: { arrayValue: { values: [{ boolValue: true }] } } }],
  droppedAttributesCount: 3,
})
const SPANS = spansOf({
  kind: 2,
  attributes: [attribute('http.request.method', 'GET'), attribute('http.response.status_code', 500)],
  events: [exceptionEvent('E', 'failed')],
})

describe('field names of the protobuf schema are read like those of OTLP/JSON', () => {
  test.each([
    ['logs', '/v1/logs', LOGS],
    ['spans', '/v1/traces', SPANS],
    [
      'a large record',
      '/v1/logs',
      logsOf({ body: { stringValue: 'x'.repeat(100_000) }, attributes: [attribute('a', 1)] }),
    ],
  ])('%s', async (_what, path, body) => {
    const { gateway, vendor } = await openGateway()
    expect(await send(gateway, path, body)).toMatchObject({ status: 200 })
    const before = vendor.seen.length
    expect(await send(gateway, path, snakeCase(body))).toMatchObject({ status: 200 })
    const bare = ({ text }: { text: string }) =>
      text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
    expect(vendor.seen.slice(before).map(bare)).toEqual(vendor.seen.slice(0, before).map(bare))
    expect(before).toBeGreaterThan(0)
  })
})

test('instrumentation libraries, the former scopes, are read in JSON and in protobuf', async () => {
  const { gateway, vendor } = await openGateway()
  const record = { timeUnixNano: '1790000000000000000', body: { stringValue: 'hello' } }
  for (const items of ['logs', 'logRecords']) {
    const group = { instrumentationLibrary: { name: 'old' }, [items]: [record] }
    const body = { resourceLogs: [{ instrumentationLibraryLogs: [group] }] }
    expect(await send(gateway, '/v1/logs', body)).toMatchObject({ status: 200 })
  }
  const writer = protobuf.Writer.create()
  writer
    .uint32(10)
    .fork()
    .uint32((1000 << 3) | 2)
    .fork()
  writer.uint32(10).fork().uint32(10).string('old').ldelim()
  writer.uint32(18).fork().uint32(42).fork().uint32(10).string('hello').ldelim().ldelim()
  const body = Buffer.from(writer.ldelim().ldelim().finish())
  expect(await send(gateway, '/v1/logs', body)).toMatchObject({ status: 200 })
  const logs = vendor.batches.flatMap(({ json }) => json.logs)
  expect(logs).toHaveLength(3)
  for (const log of logs)
    expect(log).toMatchObject({ message: 'hello', metadata: { 'otel.scope.name': 'old' } })
})

test.each([
  [{ resourceLogs: [{ logRecords: [{}] }] }, 'resourceLogs[0]: "logRecords" is not a field at this level.'],
  [
    { resourceLogs: [{ scopeLogs: [{ scopeLogs: [] }] }] },
    'resourceLogs[0].scopeLogs[0]: "scopeLogs" is not a field at this level.',
  ],
  [
    { resourceLogs: [{ scopeSpans: [{ spans: [{}] }] }] },
    'resourceLogs[0]: "scopeSpans" is not a field at this level.',
  ],
  [{ logs: [{ body: 'x' }] }, '"logs" is not a field at this level.'],
])('a field at a wrong level is refused and not lost: %j', async (body, message) => {
  const { gateway } = await openGateway()
  expect(await send(gateway, '/v1/logs', body)).toMatchObject({ status: 400, json: { message } })
})
