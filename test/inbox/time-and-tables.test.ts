import { afterEach, beforeEach, expect, test } from 'vitest'
import type {
  ErrorSeriesAnswer,
  LatencyAnswer,
  RowsAnswer,
  TimelineAnswer,
  VolumeAnswer,
} from '../../src/inbox/api/shapes.js'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { batchOf, call, get, logWith, post, requestWith } from './support.js'

const NOW = Date.parse('2026-11-23T10:00:00.000Z')
const at = (agoMs: number) => new Date(NOW - agoMs).toISOString()

let inbox: Inbox

beforeEach(async () => {
  inbox = await startInbox({ now: () => NOW })
})
afterEach(() => inbox.close())

async function send(...logs: Record<string, unknown>[]): Promise<void> {
  await post(`${inbox.apiUrl}/ingest`, batchOf(...logs.map((log) => logWith({ timestamp: at(0), ...log }))))
}

async function ask(...requests: Record<string, unknown>[]): Promise<void> {
  await post(`${inbox.apiUrl}/ingest/requests`, {
    requests: requests.map((request) => requestWith({ timestamp: at(0), ...request })),
  })
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

test('rows are short forms of logs, with their sequence number, page by page', async () => {
  await send({ message: 'x'.repeat(1000) }, { message: 'two', user: { id: 'ada' } }, { message: 'three' })
  const all = await get<RowsAnswer>(inbox, 'rows')
  expect(all.seq).toBe(3)
  expect(all.rows.map(({ seq }) => seq)).toEqual([3, 2, 1])
  expect(all.rows[1]).toEqual({ seq: 2, time: NOW, level: 'info', message: 'two', user: 'ada' })
  expect(all.rows[2]?.message).toHaveLength(300)
  const older = await get<RowsAnswer>(inbox, 'rows?before=3&limit=1')
  expect(older.rows.map(({ message }) => message)).toEqual(['two'])
  expect(await get(inbox, 'logs/2')).toMatchObject({ seq: 2, time: NOW, log: inbox.logs()[1] })
  expect((await call(`${inbox.url}/inbox/api/logs/4`)).status).toBe(404)
})

test('a sequence number stays the same when older logs are dropped', async () => {
  const small = await startInbox({ maxLogs: 2 })
  await post(`${small.apiUrl}/ingest`, batchOf(...['a', 'b', 'c'].map((message) => logWith({ message }))))
  expect((await call(`${small.url}/inbox/api/logs/1`)).status).toBe(404)
  expect(await get(small, 'logs/3')).toMatchObject({ log: { message: 'c' } })
  await small.close()
})

test('the volume counts each log in its part of the time range, by level', async () => {
  await send(
    { timestamp: at(600_000) },
    { timestamp: at(600_000), level: 'error' },
    { timestamp: at(1000), level: 'warn' },
  )
  const volume = await get<VolumeAnswer>(inbox, 'volume')
  expect(volume.times.length).toBeLessThanOrEqual(120)
  expect(volume.total).toBe(3)
  expect([sum(volume.levels.info), sum(volume.levels.error), sum(volume.levels.warn)]).toEqual([1, 1, 1])
  const first = volume.times.findIndex((time) => NOW - 600_000 < time + volume.stepMs)
  expect(volume.levels.error[first]).toBe(1)
  const zoomed = await get<VolumeAnswer>(inbox, `volume?from=${NOW - 60_000}&to=${NOW}`)
  expect([zoomed.total, zoomed.stepMs]).toEqual([1, 1000])
})

test('a few wrong times do not stretch the time range', async () => {
  await send({ timestamp: '1970-01-01T00:00:00.000Z' })
  for (let batch = 0; batch < 3; batch++)
    await send(...Array.from({ length: 100 }, (_, index) => ({ timestamp: at(index * 1000) })))
  const volume = await get<VolumeAnswer>(inbox, 'volume')
  expect(volume.to - volume.from).toBeLessThan(300_000)
})

test('latency has percentiles and statuses over time', async () => {
  await ask(
    ...[10, 20, 30, 40].map((duration_ms) => ({ duration_ms })),
    { duration_ms: 500, status_code: 503 },
    { duration_ms: 5, status_code: 404, timestamp: at(60_000) },
  )
  const latency = await get<LatencyAnswer>(inbox, 'latency')
  expect(latency.summary).toMatchObject({ count: 6, errorRate: 1 / 6, p50: 20, p99: 500 })
  expect([sum(latency.statuses['2xx']), sum(latency.statuses['4xx']), sum(latency.statuses['5xx'])]).toEqual([
    4, 1, 1,
  ])
  expect(latency.p99.filter((value) => value !== null)).toEqual([5, 500])
})

test('occurrences over time include held-back errors', async () => {
  const error = { type: 'E', message: 'm' }
  await send(
    { level: 'error', error },
    { level: 'error', error, metadata: { dedupCount: 6 } },
    { level: 'error' },
  )
  const { groups } = await get<ErrorSeriesAnswer>(inbox, 'error-series')
  expect(Object.entries(groups).map(([key, counts]) => [key, sum(counts)])).toEqual([['E|m', 7]])
})

test('a request leads to its trace, and a trace to the requests of all services', async () => {
  const trace = { trace_id: 'a'.repeat(32) }
  await send(
    { message: 'one', request_id: 'r1', trace },
    { message: 'two', request_id: 'r2', trace, service: 'bank' },
    { message: 'other', request_id: 'r3' },
  )
  await ask({ request_id: 'r1' }, { request_id: 'r2', service: 'bank' }, { request_id: 'r3' })
  for (const query of ['request_id=r2', `trace_id=${trace.trace_id}`]) {
    const timeline = await get<TimelineAnswer>(inbox, `timeline?${query}`)
    expect(timeline.logs.map(({ message }) => message)).toEqual(['one', 'two'])
    expect(timeline.requests.map(({ request_id }) => request_id)).toEqual(['r1', 'r2'])
    expect(timeline.traces).toEqual([trace.trace_id])
  }
  expect((await call(`${inbox.url}/inbox/api/timeline`)).status).toBe(400)
})

test.each([
  ['user=ada', ['by id', 'by user']],
  ['session=s', ['session']],
  ['environment=live', ['live']],
  ['version=2', ['version']],
  ['tag=a&tag=b', ['tagged']],
  ['meta=order.id:7', ['nested']],
  ['meta=order.id:7&meta=flat:true', []],
  ['meta=flat:true', ['flat']],
  ['fingerprint=print', ['print']],
])('logs are filtered by %s', async (query, messages) => {
  await send(
    { message: 'by user', user: { id: 'ada' } },
    { message: 'by id', user_id: 'ada' },
    { message: 'session', session_id: 's' },
    { message: 'live', environment: 'live' },
    { message: 'version', version: '2' },
    { message: 'tagged', tags: ['a', 'b'] },
    { message: 'half tagged', tags: ['a'] },
    { message: 'nested', metadata: { order: { id: 7 } } },
    { message: 'flat', metadata: { flat: true } },
    { message: 'print', level: 'error', fingerprint: 'print' },
  )
  const { logs } = await get<{ logs: { message: string }[] }>(inbox, `logs?${query}`)
  expect(logs.map(({ message }) => message)).toEqual(messages)
})

test.each(['meta=no-colon', 'from=yesterday', 'before=-1', 'to=1e3'])(
  '%s is refused with a message',
  async (query) => {
    const answer = await call(`${inbox.url}/inbox/api/rows?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.body.message).toContain(query.split('=')[0])
  },
)

test('the slowest requests come first with sort=slowest', async () => {
  await ask({ duration_ms: 5, path: '/a' }, { duration_ms: 50, path: '/b' }, { duration_ms: 20, path: '/c' })
  const { requests } = await get<{ requests: { path: string }[] }>(inbox, 'request-rows?sort=slowest&limit=2')
  expect(requests.map(({ path }) => path)).toEqual(['/b', '/c'])
})
