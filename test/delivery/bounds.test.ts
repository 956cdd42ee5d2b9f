import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { DropReason } from '../../src/diagnostics/drop-ledger.js'
import { settle, until } from '../support/until.js'
import { openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => `log ${from + n}`)

test('drops and counts the oldest unsent logs when there are too many', async () => {
  const drops: [DropReason, number][] = []
  rig = await openRig({ maxQueueSize: 100, batchSize: 100, onDrop: (...drop) => drops.push(drop) })
  rig.pipeline.pause()
  rig.logMany(250)
  expect(rig.pipeline.stats()).toMatchObject({ queued: 100, dropped: { queue_full: 150 } })
  expect(drops.reduce((sum, [reason, count]) => sum + (reason === 'queue_full' ? count : 0), 0)).toBe(150)
  rig.pipeline.resume()
  expect(await rig.pipeline.flush(10_000)).toBe(true)
  expect(rig.vendor.messages().slice(0, 100)).toEqual(numbered(151, 250))
})

test('never holds more than maxQueueBytes, whatever is written', async () => {
  rig = await openRig({ maxQueueBytes: 100_000, autoTruncate: true })
  rig.pipeline.pause()
  let random = 1
  for (let n = 0; n < 500; n++) {
    random = (random * 48271) % 2147483647
    rig.log('x'.repeat(random % 30_000))
    expect(rig.pipeline.stats().queuedBytes).toBeLessThanOrEqual(100_000)
  }
  const { written, queued, dropped } = rig.pipeline.stats()
  expect(queued + (dropped.queue_full ?? 0)).toBe(written)
})

test('counts the bytes of batches in flight', async () => {
  rig = await openRig({ maxQueueBytes: 50_000, batchSize: 5 })
  rig.vendor.answer({ silent: true })
  for (let n = 0; n < 5; n++) rig.log('x'.repeat(8000))
  await until(() => rig.pipeline.stats().inFlight === 5, 'the requests are in flight')
  for (let n = 0; n < 10; n++) rig.log('y'.repeat(8000))
  const { queuedBytes, queued, inFlight, dropped } = rig.pipeline.stats()
  expect(queuedBytes).toBeLessThanOrEqual(50_000)
  expect(queued + inFlight + (dropped.queue_full ?? 0)).toBe(15)
  expect(inFlight).toBe(5)
})

test('drops a log that is larger than the whole queue, and accepts the next', async () => {
  rig = await openRig({ maxQueueBytes: 10_000 })
  rig.pipeline.pause()
  rig.log('x'.repeat(20_000))
  expect(rig.pipeline.stats()).toMatchObject({ queued: 0, queuedBytes: 0, dropped: { queue_full: 1 } })
  rig.log('small')
  expect(rig.pipeline.stats().queued).toBe(1)
})

test('drops a batch that was sent before only as a whole', async () => {
  rig = await openRig({ maxQueueSize: 60, batchSize: 25 })
  rig.vendor.answer({ status: 503 }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the first attempt failed')
  for (let n = 26; n <= 86; n++) rig.log(`log ${n}`)
  expect(rig.pipeline.stats().dropped).toEqual({ queue_full: 26 })
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length >= 60, 'the rest arrived')
  expect(rig.vendor.messages().slice(0, 60)).toEqual(numbered(27, 86))
})

test('writes one log about the losses of an outage when the service is back', async () => {
  rig = await openRig({ maxQueueSize: 100 })
  rig.vendor.answer({ status: 503 }, {})
  rig.logMany(100)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the outage was noticed')
  rig.logMany(400, 'meanwhile')
  const lost = rig.pipeline.stats().dropped.queue_full as number
  expect(lost).toBeGreaterThanOrEqual(400)
  rig.clock.advance(1000)
  await until(() => rig.pipeline.stats().queued + rig.pipeline.stats().inFlight <= 1, 'the backlog was sent')
  rig.clock.advance(5000)
  const reports = () =>
    rig.vendor.batches.flatMap(({ json }) => json.logs).filter(({ metadata }) => metadata['lognitor.lost'])
  await until(() => reports().length > 0, 'the report arrived')
  await settle()
  expect(reports()).toHaveLength(1)
  expect(reports()[0]).toMatchObject({
    level: 'warn',
    metadata: { 'lognitor.lost': lost, 'lognitor.dropped': { queue_full: lost } },
  })
})

test('accounts for every log through any mix of answers, bounds and sizes', async () => {
  rig = await openRig({ maxQueueSize: 150, maxQueueBytes: 60_000, batchSize: 10, maxRetries: 1 })
  const reply = fc.constantFrom(
    {},
    {},
    { status: 503 },
    { status: 413 },
    { status: 400 },
    { reset: 'before' as const },
    { status: 429, headers: { 'retry-after': '3' } },
  )
  const burst = fc.record({
    count: fc.integer({ min: 1, max: 80 }),
    width: fc.integer({ min: 0, max: 3000 }),
    reply,
  })
  const runs = fc.sample(fc.array(burst, { minLength: 8, maxLength: 16 }), { numRuns: 12, seed: 7 })
  for (const run of runs) {
    for (const { count, width, reply } of run) {
      rig.vendor.answer(reply)
      for (let n = 0; n < count; n++) rig.log('x'.repeat(width))
      await settle(3)
      await until(() => rig.pipeline.stats().inFlight === 0, 'all attempts ended')
      rig.clock.advance(5000)
    }
  }
  rig.vendor.answer({})
  const stats = () => rig.pipeline.stats()
  for (let n = 0; stats().queued + stats().inFlight > 0; n++) {
    expect(n).toBeLessThan(1000)
    await until(() => stats().inFlight === 0, 'all attempts ended')
    rig.clock.advance(5000)
  }
  const { written, accepted, dropped, queuedBytes } = stats()
  expect(accepted + Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(written)
  expect(queuedBytes).toBe(0)
  expect(Object.keys(dropped)).toEqual(expect.arrayContaining(['queue_full', 'bad_batch']))
  // The logs answered with 200 are exactly those counted as accepted.
  expect(accepted).toBe(rig.vendor.messages().length)
})
