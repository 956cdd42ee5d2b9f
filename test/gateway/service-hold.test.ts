import { expect, test } from 'vitest'
import { closedLatch, until } from '../support/until.js'
import { logsOf, numbered, openWithClock, send } from './support.js'

const MINUTE_MS = 60_000

test('nobody sends before the time in Retry-After, and then one request asks for all callers', async () => {
  const { gateway, vendor, clock } = await openWithClock()
  vendor.answer({ status: 429, headers: { 'retry-after': '600' } })
  for (const line of numbered(5)) {
    const answer = await send(gateway, '/v1/logs', logsOf(line))
    expect(answer).toMatchObject({ status: 429 })
    expect(answer.headers.get('retry-after')).toBe('600')
  }
  expect(vendor.seen).toHaveLength(1)
  clock.advance(9 * MINUTE_MS)
  const late = await send(gateway, '/v1/logs', logsOf('late'))
  expect(late.headers.get('retry-after')).toBe('60')
  clock.advance(MINUTE_MS)
  await Promise.all(numbered(5).map((line) => send(gateway, '/v1/logs', logsOf(line))))
  expect(vendor.seen).toHaveLength(2)
  clock.advance(10 * MINUTE_MS)
  vendor.answer({})
  expect(await send(gateway, '/v1/logs', logsOf('good'))).toMatchObject({ status: 200 })
  expect(await send(gateway, '/v1/logs', logsOf('again'))).toMatchObject({ status: 200 })
  expect(vendor.messages()).toEqual(['good', 'again'])
})

test.each([
  ['a refused key', { status: 401 }],
  ['a wrong address', { status: 404 }],
])('after %s one request a minute tries again', async (_name, refusal) => {
  const { gateway, vendor, clock } = await openWithClock()
  vendor.answer(refusal)
  for (const line of numbered(4)) {
    expect(await send(gateway, '/v1/logs', logsOf(line))).toMatchObject({ status: 503 })
  }
  expect(vendor.seen).toHaveLength(1)
  clock.advance(MINUTE_MS)
  vendor.answer({})
  const large = logsOf(...numbered(500))
  expect(await send(gateway, '/v1/logs', large)).toMatchObject({ status: 200 })
  expect(vendor.messages()).toHaveLength(500)
})

test('a refused key does not hold back other keys', async () => {
  const { gateway, vendor } = await openWithClock({ passThroughKey: true })
  vendor.answer(({ headers }) => (headers['x-api-key'] === 'bad' ? { status: 401 } : {}))
  const by = (key: string) =>
    send(gateway, '/v1/logs', logsOf(`by ${key}`), { headers: { 'x-api-key': key } })
  expect([(await by('bad')).status, (await by('good')).status, (await by('bad')).status]).toEqual([
    503, 200, 503,
  ])
  expect(vendor.seen).toHaveLength(2)
})

test('a request that began before a refusal does not end it', async () => {
  const { gateway, vendor } = await openWithClock()
  const latch = closedLatch()
  vendor.answer({ after: latch.promise }, { status: 429, headers: { 'retry-after': '600' } }, {})
  const early = send(gateway, '/v1/logs', logsOf('early'))
  await until(() => vendor.open === 1, 'the early one is on its way')
  expect(await send(gateway, '/v1/logs', logsOf('refused'))).toMatchObject({ status: 429 })
  latch.open()
  expect(await early).toMatchObject({ status: 200 })
  expect(await send(gateway, '/v1/logs', logsOf('late'))).toMatchObject({ status: 429 })
  expect(vendor.seen).toHaveLength(2)
})

test('an outage of unknown duration holds nobody back', async () => {
  const { gateway, vendor } = await openWithClock()
  vendor.answer({ status: 503 }, {})
  expect(await send(gateway, '/v1/logs', logsOf('first'))).toMatchObject({ status: 503 })
  expect(await send(gateway, '/v1/logs', logsOf('second'))).toMatchObject({ status: 200 })
})

test('a probe that meets an outage is soon followed by another', async () => {
  const { gateway, vendor, clock } = await openWithClock()
  vendor.answer({ status: 401 }, { status: 503 }, {})
  await send(gateway, '/v1/logs', logsOf('first'))
  clock.advance(MINUTE_MS)
  expect(await send(gateway, '/v1/logs', logsOf('second'))).toMatchObject({ status: 503 })
  expect(await send(gateway, '/v1/logs', logsOf('third'))).toMatchObject({ status: 503 })
  expect(vendor.seen).toHaveLength(2)
  clock.advance(10_000)
  expect(await send(gateway, '/v1/logs', logsOf('fourth'))).toMatchObject({ status: 200 })
})

test('a sample rate that no answer has repeated for ten minutes no longer applies', async () => {
  const { gateway, vendor, clock } = await openWithClock()
  vendor.answer({ headers: { 'x-lognitor-sample-rates': '{"info":0}' } }, {})
  await send(gateway, '/v1/logs', logsOf('first'))
  await send(gateway, '/v1/logs', logsOf('left out'))
  clock.advance(9 * MINUTE_MS)
  await send(gateway, '/v1/logs', logsOf('left out, too'))
  clock.advance(MINUTE_MS)
  await send(gateway, '/v1/logs', logsOf('sent'))
  expect(vendor.messages()).toEqual(['first', 'sent'])
})
