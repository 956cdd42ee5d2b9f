import { afterEach, expect, test } from 'vitest'
import { closedLatch, settle, until } from '../support/until.js'
import { openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

const sizes = () => rig.vendor.batches.map(({ json }) => json.logs.length)

test('sends as soon as a batch is full', async () => {
  rig = await openRig({ batchSize: 25 })
  rig.logMany(24)
  await settle()
  expect(rig.vendor.seen).toHaveLength(0)
  rig.log('the 25th')
  await until(() => rig.vendor.messages().length === 25, 'the batch arrived')
  expect(sizes()).toEqual([25])
})

test('sends what has waited for the flush interval', async () => {
  rig = await openRig({ flushInterval: 5000 })
  rig.log('one')
  rig.clock.advance(4999)
  await settle()
  expect(rig.vendor.seen).toHaveLength(0)
  rig.clock.advance(1)
  await until(() => rig.vendor.messages().length === 1, 'the log arrived')
})

test('sends a steady trickle on the timer of its first log', async () => {
  rig = await openRig({ flushInterval: 5000 })
  for (let second = 0; second < 20; second++) {
    rig.log(`at ${second} s`)
    rig.clock.advance(1000)
    const due = Math.floor((second + 1) / 5) * 5
    await until(() => rig.vendor.messages().length >= due, `${due} logs arrived by second ${second + 1}`)
  }
  expect(sizes()).toEqual([5, 5, 5, 5])
})

test('still fills batches in a steady stream after a timer has fired', async () => {
  rig = await openRig({ flushInterval: 1000, batchSize: 25 })
  const held = closedLatch()
  rig.vendor.answer({ after: held.promise }, {})
  rig.log('first')
  rig.clock.advance(1000)
  await until(() => rig.vendor.open === 1, 'the first request is in flight')
  rig.log('second', 'third')
  held.open()
  await until(() => rig.pipeline.stats().accepted === 1, 'the first batch was accepted')
  rig.log('fourth')
  await settle()
  expect(sizes()).toEqual([1])
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length === 4, 'the other batches followed together')
  expect(sizes()).toEqual([1, 3])
})

test('grows to batches of 100 under backlog', async () => {
  rig = await openRig({ batchSize: 25 })
  rig.logMany(1000)
  await until(() => rig.vendor.messages().length === 1000, 'all arrived')
  expect(sizes()).toEqual(Array(10).fill(100))
})

test('never puts more than one MiB into a batch', async () => {
  rig = await openRig({ batchSize: 100 })
  const wide = 'x'.repeat(200_000)
  for (let n = 0; n < 21; n++) rig.log(wide)
  await until(() => rig.vendor.messages().length === 21, 'all arrived')
  for (const { raw } of rig.vendor.batches) expect(raw.length).toBeLessThanOrEqual(1024 * 1024)
})

test('sends large logs before there are many of them', async () => {
  rig = await openRig({ batchSize: 100 })
  const wide = 'x'.repeat(200_000)
  rig.log(wide, wide, wide)
  await until(() => rig.vendor.messages().length === 3, 'the logs arrived without the timer')
})

test('keeps the order in which logs were written', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 503 }, {})
  rig.logMany(90)
  await until(() => rig.vendor.seen.length >= 1, 'the first attempt')
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the attempt failed')
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length === 90, 'all arrived')
  expect(rig.vendor.messages()).toEqual(Array.from({ length: 90 }, (_, n) => `log ${n + 1}`))
})

test('has no more than four uploads in flight', async () => {
  rig = await openRig()
  const held = closedLatch()
  rig.vendor.answer({ after: held.promise })
  rig.logMany(2000)
  await until(() => rig.vendor.open === 4, 'four requests are in flight')
  await settle()
  expect(rig.vendor.mostOpen).toBe(4)
  expect(rig.pipeline.stats()).toMatchObject({ inFlight: 400, queued: 1600 })
  held.open()
  await until(() => rig.vendor.messages().length === 2000, 'all arrived')
  expect(rig.vendor.mostOpen).toBe(4)
})

test('lets the next batch grow for a moment after a POST', async () => {
  rig = await openRig({ batchSize: 25 })
  rig.logMany(25)
  await until(() => rig.vendor.messages().length === 25, 'the first batch was sent at once')
  rig.logMany(60)
  await settle()
  expect(sizes()).toEqual([25])
  rig.clock.advance(200)
  await until(() => rig.vendor.messages().length === 85, 'the next batch followed')
  expect(sizes()).toEqual([25, 60])
})

test('sends a full batch at once, even just after a POST', async () => {
  rig = await openRig({ batchSize: 25 })
  rig.logMany(25)
  await until(() => rig.vendor.messages().length === 25, 'the first batch was sent')
  rig.logMany(99)
  await settle()
  expect(sizes()).toEqual([25])
  rig.log('the 100th')
  await until(() => rig.vendor.messages().length === 125, 'no time has passed')
})

test('sends request entries to their own endpoint', async () => {
  rig = await openRig()
  for (let n = 0; n < 250; n++) rig.request(`/orders/${n}`)
  rig.clock.advance(5000)
  await until(() => rig.pipeline.stats().requestsAccepted === 250, 'all logs were accepted')
  expect(rig.vendor.seen.map(({ path }) => path)).toEqual(Array(3).fill('/api/v1/ingest/requests'))
  expect(rig.vendor.seen.map(({ json }) => json.requests.length)).toEqual([100, 100, 50])
  expect(rig.vendor.seen[0]?.json).toEqual({ requests: expect.any(Array) })
})

test('sends at most 25 request entries at once after a larger batch was refused', async () => {
  rig = await openRig()
  rig.vendor.answer(({ json }) => (json.requests.length > 30 ? { status: 400 } : {}))
  for (let n = 0; n < 100; n++) rig.request(`/orders/${n}`)
  await until(() => rig.pipeline.stats().requestsAccepted === 100, 'all logs were accepted')
  const sizes = () => rig.vendor.seen.map(({ json }) => json.requests.length)
  expect(sizes().sort((a, b) => b - a)).toEqual([100, 50, 50, 25, 25, 25, 25])
  for (let n = 0; n < 60; n++) rig.request(`/users/${n}`)
  rig.clock.advance(5000)
  await until(() => rig.pipeline.stats().requestsAccepted === 160, 'later logs arrived, too')
  expect(
    sizes()
      .slice(7)
      .sort((a, b) => b - a),
  ).toEqual([25, 25, 10])
  expect(rig.pipeline.stats().dropped).toEqual({})
})

test('a flood of logs does not delay the request entries', async () => {
  rig = await openRig()
  const held = closedLatch()
  rig.vendor.answer({ after: held.promise })
  rig.logMany(5000)
  for (let n = 0; n < 25; n++) rig.request(`/orders/${n}`)
  await until(() => rig.vendor.open === 4, 'four requests are in flight')
  held.open()
  await until(() => rig.vendor.messages().length === 5000, 'all arrived')
  const place = rig.vendor.seen.findIndex(({ path }) => path.endsWith('/requests'))
  expect(place).toBeLessThan(10)
})

test('sends logs although the queue is smaller than a batch', async () => {
  rig = await openRig({ maxQueueSize: 10, batchSize: 25 })
  for (let n = 0; n < 5; n++) {
    rig.logMany(10)
    await until(() => rig.pipeline.stats().accepted === 10 * (n + 1), 'ten more logs were accepted')
  }
  expect(rig.pipeline.stats().dropped).toEqual({})
})

test('goes on with full batches after a flush has ended a backoff', async () => {
  rig = await openRig({ flushInterval: 60_000 })
  rig.vendor.answer({ status: 503 }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the first attempt failed')
  expect(await rig.pipeline.flush(10_000)).toBe(true)
  rig.logMany(100, 'later')
  await until(() => rig.vendor.messages().length === 125, 'the next batch left although no time has passed')
})

test('sends the logs that were written after a batch that had to be retried', async () => {
  rig = await openRig({ flushInterval: 5000 })
  rig.vendor.answer({ status: 503 }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the first attempt failed')
  rig.log('behind')
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length >= 25, 'the batch arrived')
  rig.clock.advance(5000)
  await until(() => rig.vendor.messages().includes('behind'), 'the next batch arrived, too')
})

test('sends nothing while paused, and everything when resumed', async () => {
  rig = await openRig()
  rig.pipeline.pause()
  rig.logMany(200)
  rig.clock.advance(60_000)
  await settle()
  expect(rig.vendor.seen).toHaveLength(0)
  expect(rig.pipeline.stats().queued).toBe(200)
  rig.pipeline.resume()
  await until(() => rig.vendor.messages().length === 200, 'all arrived')
})
