import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildProgram, type Program } from '../support/program.js'
import { startVendor, takenBody, type Vendor } from '../support/vendor.js'

let program: Program
let vendor: Vendor

beforeAll(async () => {
  program = await buildProgram('test/delivery/apps/traced.ts')
})
afterAll(() => program.remove())
beforeEach(async () => {
  vendor = await startVendor()
})
afterEach(() => vendor.close())

async function runTraced() {
  const run = program.start([], { LOGNITOR_API_KEY: 'key', LOGNITOR_API_URL: vendor.apiUrl })
  expect(await run.ended, run.stderr()).toBe(0)
  return JSON.parse(run.stdout())
}

const SERVER = 1
const CLIENT = 2

test('uploads create no spans and carry no trace header, although every http call of the app does', async () => {
  const { spans, port } = await runTraced()
  expect(vendor.messages()).toHaveLength(25)
  expect(spans).toHaveLength(2)
  expect(spans.map(({ kind }: { kind: number }) => kind).sort()).toEqual([SERVER, CLIENT])
  for (const span of spans) expect(span.port).toBe(port)
  for (const { headers } of vendor.seen) {
    expect(headers).not.toHaveProperty('traceparent')
    expect(headers).not.toHaveProperty('tracestate')
    expect(headers).not.toHaveProperty('baggage')
  }
})

test('uploads create no request entries: only the incoming request does', async () => {
  await runTraced()
  const rows = vendor.seen
    .filter(({ path }) => path.endsWith('/requests'))
    .flatMap(({ json }) => json.requests)
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ method: 'GET', path: '/' })
})

test('delivery runs outside of the async context of the request that caused it', async () => {
  vendor.answer((seen) => ({ status: 422, body: takenBody(seen, [0]) }))
  const { seenWhileSending } = await runTraced()
  expect(seenWhileSending.length).toBeGreaterThan(0)
  for (const seen of seenWhileSending) expect(seen).toBeNull()
})

test('records the outcome of exports with the meter provider, under the conventional names', async () => {
  vendor.answer((seen) => (seen.path.endsWith('/ingest') ? { body: takenBody(seen, [0, 1]) } : {}))
  const { metrics } = await runTraced()
  const attributes = {
    'otel.component.type': 'lognitor_http_log_exporter',
    'otel.component.name': 'lognitor_http_log_exporter/0',
    'server.address': '127.0.0.1',
    'server.port': vendor.port,
  }
  expect(metrics).toEqual([
    {
      name: 'otel.sdk.exporter.log.exported',
      unit: '{log_record}',
      points: [
        { value: 23, attributes },
        { value: 2, attributes: { ...attributes, 'error.type': 'rejected' } },
      ],
    },
    {
      name: 'otel.sdk.exporter.log.inflight',
      unit: '{log_record}',
      points: [{ value: 0, attributes }],
    },
  ])
})
