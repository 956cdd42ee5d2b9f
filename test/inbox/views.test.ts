import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ErrorGroup } from '../../src/inbox/data/error-groups.js'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import type { Log } from '../../src/wire/log.js'
import { batchOf, call, get, logWith, post, requestWith } from './support.js'

let inbox: Inbox
let now = 0

beforeEach(async () => {
  now = Date.parse('2026-11-23T10:00:00.000Z')
  inbox = await startInbox({ now: () => now })
})

afterEach(() => inbox.close())

const send = async (...logs: unknown[]) => {
  expect((await post(`${inbox.apiUrl}/ingest`, batchOf(...logs))).status).toBe(200)
}
const sendRequests = async (...requests: unknown[]) => {
  expect((await post(`${inbox.apiUrl}/ingest/requests`, { requests })).status).toBe(200)
}
const messages = async (query: string) =>
  (await get<{ logs: Log[] }>(inbox, `logs?${query}`)).logs.map((log) => log.message)

describe('the list of logs', () => {
  beforeEach(async () => {
    await send(
      logWith({
        message: 'one',
        level: 'debug',
        service: 'shop',
        trace: { trace_id: 't1' },
        request_id: 'r1',
      }),
      logWith({ message: 'two', level: 'warn', service: 'shop', metadata: { note: 'A Needle' } }),
      logWith({ message: 'three', level: 'error', service: 'bank', trace: { trace_id: 't1' } }),
    )
  })

  it.each([
    ['', ['three', 'two', 'one']],
    ['level=warn', ['two']],
    ['level=warn,error', ['three', 'two']],
    ['service=shop', ['two', 'one']],
    ['service=shop&level=debug', ['one']],
    ['trace_id=t1', ['three', 'one']],
    ['request_id=r1', ['one']],
    ['q=needle', ['two']],
    ['q=TWO', ['two']],
    ['q=nothing', []],
    ['limit=2', ['three', 'two']],
    ['limit=0', []],
    ['service=', ['three', 'two', 'one']],
  ])('has the latest first, filtered by "%s"', async (query, expected) => {
    expect(await messages(query)).toEqual(expected)
  })

  it('continues from a cursor', async () => {
    const { cursor } = await get<{ cursor: string }>(inbox, 'logs')
    expect(await messages(`since=${cursor}`)).toEqual([])
    await send(logWith({ message: 'four' }), logWith({ message: 'five' }))
    expect(await messages(`since=${cursor}`)).toEqual(['five', 'four'])
    inbox.clear()
    await send(logWith({ message: 'six' }))
    expect(await messages(`since=${cursor}`)).toEqual(['six'])
  })

  it('continues from a time', async () => {
    await send(logWith({ message: 'later', timestamp: '2026-11-23T11:00:00.000Z' }))
    expect(await messages('since=2026-11-23T10:30:00Z')).toEqual(['later'])
    expect(await messages(`since=${Date.parse('2026-11-23T10:30:00Z')}`)).toEqual(['later'])
  })

  it('has 100 entries by default', async () => {
    for (let n = 0; n < 3; n++) await send(...Array.from({ length: 100 }, () => logWith()))
    expect(await messages('')).toHaveLength(100)
    expect(await messages('limit=50000')).toHaveLength(303)
  })

  it.each(['level=loud', 'limit=-1', 'limit=many', 'since=yesterday', 'status=5'])(
    'refuses "%s"',
    async (query) => {
      const answer = await call(`${inbox.url}/inbox/api/logs?${query}`)
      expect(answer.status).toBe(400)
      expect(answer.body.message).toContain(query.split('=')[0])
    },
  )
})

describe('the list of requests', () => {
  it('is filtered, with the latest first', async () => {
    await sendRequests(
      requestWith({ path: '/a', service: 'shop', request_id: 'r1', status_code: 404 }),
      requestWith({ path: '/b', service: 'bank', method: 'POST', request_id: 'r2', status_code: 503 }),
      requestWith({ path: '/c', service: 'shop', route: '/c', request_id: 'r3' }),
    )
    await send(logWith({ trace: { trace_id: 't1' }, request_id: 'r2', level: 'error' }))
    const paths = async (query: string) =>
      (await get<{ requests: { path: string }[] }>(inbox, `requests?${query}`)).requests.map(
        ({ path }) => path,
      )
    expect(await paths('')).toEqual(['/c', '/b', '/a'])
    expect(await paths('service=shop')).toEqual(['/c', '/a'])
    expect(await paths('method=POST')).toEqual(['/b'])
    expect(await paths('status=404')).toEqual(['/a'])
    expect(await paths('status=5xx')).toEqual(['/b'])
    expect(await paths('route=/c')).toEqual(['/c'])
    expect(await paths('request_id=r1')).toEqual(['/a'])
    expect(await paths('trace_id=t1')).toEqual(['/b'])
    expect(await paths('level=error')).toEqual(['/b'])
    expect(await paths('q=/A')).toEqual(['/a'])
    expect(await paths('limit=1')).toEqual(['/c'])
  })

  it('has the routes of all matching requests: count, share of 5xx and percentiles', async () => {
    await sendRequests(
      ...Array.from({ length: 100 }, (_, n) =>
        requestWith({ duration_ms: n + 1, status_code: n < 5 ? 500 : 200 }),
      ),
      requestWith({ method: 'POST', route: '/orders', duration_ms: 7.5 }),
      requestWith({ route: undefined, path: '/x', status_code: 404 }),
      requestWith({ route: undefined, path: '/y', status_code: 404 }),
    )
    const { routes, requests } = await get<{ routes: unknown[]; requests: unknown[] }>(
      inbox,
      'requests?limit=1',
    )
    expect(requests).toHaveLength(1)
    expect(routes).toEqual([
      { method: 'GET', route: '/orders/:id', count: 100, errorRate: 0.05, p50: 50, p95: 95, p99: 99 },
      { method: 'GET', route: '(no route)', count: 2, errorRate: 0, p50: 12.5, p95: 12.5, p99: 12.5 },
      { method: 'POST', route: '/orders', count: 1, errorRate: 0, p50: 7.5, p95: 7.5, p99: 7.5 },
    ])
  })

  it('groups the routes beyond the thousandth', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => requestWith({ route: `/${n}` }))
    await sendRequests(...many)
    await sendRequests(requestWith({ route: '/more' }), requestWith({ route: '/still/more' }))
    const { routes } = await get<{ routes: { route: string; count: number }[] }>(inbox, 'requests')
    expect(routes).toHaveLength(1001)
    expect(routes.reduce((sum, route) => sum + route.count, 0)).toBe(1002)
    expect(routes.some(({ route }) => route === '(other)')).toBe(true)
  })

  it('accepts null for unknown values', async () => {
    await sendRequests(requestWith({ host: null, route: null, service: null }))
    expect(inbox.requests()[0]).not.toHaveProperty('host')
    const { routes } = await get<{ routes: { route: string }[] }>(inbox, 'requests')
    expect(routes).toMatchObject([{ route: '(no route)' }])
  })
})

describe('the groups of errors', () => {
  const failure = (fields: Record<string, unknown> = {}) =>
    logWith({
      level: 'error',
      message: 'failed',
      error: { type: 'E', message: 'm' },
      fingerprint: 'f1',
      ...fields,
    })
  const groups = async (query = '') => (await get<{ groups: ErrorGroup[] }>(inbox, `errors?${query}`)).groups

  it('count occurrences by fingerprint, and a summary as the errors it stands for', async () => {
    await send(
      failure(),
      failure({ metadata: { dedupCount: 19 } }),
      failure({ fingerprint: 'f2', user_id: 'u' }),
    )
    expect(await groups()).toMatchObject([
      { fingerprint: 'f2', count: 1, users: 1 },
      { fingerprint: 'f1', count: 20, users: 0 },
    ])
  })

  it('have times, releases and users of the error', async () => {
    await send(
      failure({ timestamp: '2026-11-23T09:00:00.000Z', version: '1.0', service: 'shop', user_id: 'a' }),
      failure({ timestamp: '2026-11-23T08:00:00.000Z', version: '1.1', service: 'bank', user_id: 'b' }),
      failure({
        timestamp: '2026-11-23T08:30:00.000Z',
        user: { id: 'a' },
        trace: { trace_id: 't' },
        request_id: 'r',
      }),
    )
    expect(await groups()).toMatchObject([
      {
        type: 'E',
        message: 'm',
        count: 3,
        users: 2,
        firstSeen: '2026-11-23T08:00:00.000Z',
        lastSeen: '2026-11-23T09:00:00.000Z',
        introducedIn: '1.0',
        services: ['shop', 'bank'],
        lastTraceId: 't',
        lastRequestId: 'r',
      },
    ])
  })

  it('use type and message when there is no fingerprint', async () => {
    await send(failure({ fingerprint: undefined }), failure({ fingerprint: undefined }))
    await send(failure({ fingerprint: undefined, error: { type: 'E', message: 'other' } }))
    expect(await groups()).toMatchObject([
      { message: 'other', count: 1 },
      { message: 'm', count: 2 },
    ])
  })

  it('leave out logs without an error', async () => {
    await send(logWith({ level: 'error' }), failure({ level: 'warn', fingerprint: undefined }))
    expect(await groups()).toEqual([])
  })

  it('keep the name of the error when a summary has none', async () => {
    await send(failure())
    await send(
      failure({ message: 'Deduplicated error summary', error: undefined, metadata: { dedupCount: 4 } }),
    )
    expect(await groups()).toMatchObject([{ type: 'E', message: 'm', count: 5 }])
  })

  it('count the matching logs when there is a filter', async () => {
    await send(
      failure({ service: 'shop', trace: { trace_id: 't1' } }),
      failure({ service: 'bank', level: 'fatal' }),
      failure({ service: 'bank', fingerprint: 'f2' }),
    )
    expect(await groups('service=bank')).toMatchObject([
      { fingerprint: 'f2' },
      { fingerprint: 'f1', count: 1 },
    ])
    expect(await groups('trace_id=t1')).toMatchObject([{ fingerprint: 'f1', count: 1 }])
    expect(await groups('level=fatal')).toMatchObject([{ fingerprint: 'f1', count: 1, level: 'fatal' }])
    expect(await groups('limit=1')).toHaveLength(1)
  })

  it('outlive their logs, and are bounded in number', async () => {
    await inbox.close()
    inbox = await startInbox({ maxLogs: 1 })
    await send(failure(), failure())
    expect(await groups()).toMatchObject([{ count: 2 }])
    for (let batch = 0; batch < 11; batch++) {
      await send(...Array.from({ length: 100 }, (_, n) => failure({ fingerprint: `many-${batch}-${n}` })))
    }
    const all = await groups('limit=50000')
    expect(all).toHaveLength(1000)
    expect(all[0]?.fingerprint).toBe('many-10-99')
  })

  it('have the trend of the last hour', async () => {
    const minutes = (count: number) => {
      now += count * 60_000
    }
    await send(failure())
    expect(await groups()).toMatchObject([{ trend: 'new' }])
    minutes(20)
    await send(failure({ metadata: { dedupCount: 10 } }))
    expect(await groups()).toMatchObject([{ trend: 'rising' }])
    minutes(15)
    await send(failure({ metadata: { dedupCount: 9 } }))
    expect(await groups()).toMatchObject([{ trend: 'steady' }])
    minutes(15)
    const [group] = await groups()
    expect(group?.trend).toBe('falling')
    expect(group?.history.reduce((sum, count) => sum + count, 0)).toBe(20)
    minutes(60)
    expect((await groups())[0]?.history.every((count) => count === 0)).toBe(true)
  })
})

describe('releases', () => {
  const register = async (body: Record<string, unknown>) =>
    (await post(`${inbox.apiUrl}/releases/register`, body)).body.release_id
  const releases = async () =>
    (await get<{ releases: { version: string; status: string }[] }>(inbox, 'releases')).releases.map(
      ({ version, status }) => `${version} ${status}`,
    )

  it('are current until an older one is registered again', async () => {
    await register({ version: '1.0' })
    await register({ version: '1.1' })
    await register({ version: '1.2' })
    expect(await releases()).toEqual(['1.2 Deployed', '1.1 Deployed', '1.0 Deployed'])
    await register({ version: '1.0' })
    expect(await releases()).toEqual(['1.0 Deployed', '1.2 Rolled Back', '1.1 Rolled Back', '1.0 Deployed'])
  })

  it('that are current already keep their id', async () => {
    const first = await register({ version: '1.0', commit_hash: 'abc' })
    expect(await register({ version: '1.0', commit_hash: 'abc' })).toBe(first)
    expect(await register({ version: '1.0', commit_hash: 'def' })).not.toBe(first)
    expect(await releases()).toHaveLength(2)
  })

  it('of other services do not change', async () => {
    await register({ version: '1.0', services: ['shop'] })
    await register({ version: '7.0', services: ['bank'] })
    await register({ version: '1.1', services: ['shop'] })
    await register({ version: '1.0', services: ['shop'] })
    expect(await releases()).toEqual(['1.0 Deployed', '1.1 Rolled Back', '7.0 Deployed', '1.0 Deployed'])
  })
})

describe('heartbeats', () => {
  it('have the usual interval between pings, and show a late one', async () => {
    const ping = () => post(`${inbox.apiUrl}/heartbeat/job`, 'null', {})
    const monitor = async () => (await get<{ heartbeats: unknown[] }>(inbox, 'heartbeats')).heartbeats[0]
    await ping()
    expect(await monitor()).toMatchObject({ token: 'job', count: 1, state: 'waiting', intervalMs: null })
    now += 60_000
    await ping()
    expect(await monitor()).toMatchObject({
      count: 2,
      state: 'on_time',
      intervalMs: 60_000,
      intervals: [60_000],
    })
    now += 121_000
    expect(await monitor()).toMatchObject({ state: 'on_time', late: false })
    now += 1
    expect(await monitor()).toMatchObject({ state: 'late', late: true, lastPing: '2026-11-23T10:01:00.000Z' })
    await ping()
    expect(await monitor()).toMatchObject({ count: 3, state: 'on_time' })
  })
})

describe('feedback', () => {
  it('has the log it refers to', async () => {
    const id = '11111111-1111-4111-8111-111111111111'
    await send(logWith({ message: 'the one', metadata: { 'log.record.uid': id } }))
    await post(`${inbox.apiUrl}/feedback`, { event_id: id, comments: 'froze' })
    await post(`${inbox.apiUrl}/feedback`, { event_id: 'unknown', comments: 'again' })
    expect(await get(inbox, 'feedback')).toMatchObject({
      feedback: [
        { comments: 'again', log: null },
        { comments: 'froze', log: { message: 'the one' }, received_at: '2026-11-23T10:00:00.000Z' },
      ],
    })
  })
})

describe('the other calls', () => {
  it('count all events', async () => {
    const batch = batchOf(logWith(), logWith({ level: 'x' }))
    await post(`${inbox.apiUrl}/ingest`, batch)
    await post(`${inbox.apiUrl}/ingest`, batch)
    await sendRequests(requestWith())
    expect(await get(inbox, 'stats')).toMatchObject({
      logs: 1,
      requests: 1,
      batches: 1,
      duplicateBatches: 1,
      rejected: 1,
      held: { logs: 1, requests: 1 },
    })
  })

  it('empty the inbox', async () => {
    await send(logWith({ level: 'error', fingerprint: 'f' }))
    await sendRequests(requestWith())
    await post(`${inbox.apiUrl}/heartbeat/job`, '')
    expect((await call(`${inbox.url}/inbox/api/data`, { method: 'DELETE' })).status).toBe(200)
    expect(await get(inbox, 'stats')).toMatchObject({
      logs: 0,
      requests: 0,
      errorGroups: 0,
      held: { bytes: 0 },
    })
    expect(inbox.heartbeats()).toEqual([])
    expect(await messages('')).toEqual([])
  })

  it('set the faults, and refuse wrong ones', async () => {
    const put = (faults: unknown) =>
      call(`${inbox.url}/inbox/api/faults`, { method: 'PUT', body: JSON.stringify(faults) })
    expect((await put({ status: 503, retryAfter: 2 })).body).toEqual({ status: 503, retryAfter: 2 })
    expect((await post(`${inbox.apiUrl}/ingest`, batchOf(logWith()))).status).toBe(503)
    expect(await get(inbox, 'faults')).toEqual({ status: 503, retryAfter: 2 })
    expect((await put({ rate: 2 })).status).toBe(400)
    expect((await put([])).status).toBe(400)
    expect((await put({})).status).toBe(200)
    expect((await post(`${inbox.apiUrl}/ingest`, batchOf(logWith()))).status).toBe(200)
  })

  it('answer 404 at an unknown address, and 405 for another method', async () => {
    expect((await call(`${inbox.url}/inbox/api/nothing`)).status).toBe(404)
    expect((await call(`${inbox.url}/nothing`)).status).toBe(404)
    const wrong = await call(`${inbox.url}/inbox/api/logs`, { method: 'DELETE' })
    expect(wrong.status).toBe(405)
    expect(wrong.headers.get('allow')).toBe('GET, HEAD')
    expect((await call(`${inbox.url}/inbox/api/data`)).headers.get('allow')).toBe('DELETE')
  })
})
