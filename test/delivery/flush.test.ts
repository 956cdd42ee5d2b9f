import { afterEach, expect, test } from 'vitest'
import { closedLatch, settle, until } from '../support/until.js'
import { openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

test('sends waiting logs, and resolves to true when they are delivered', async () => {
  rig = await openRig()
  rig.log('one')
  rig.request('/one')
  expect(await rig.pipeline.flush(10_000)).toBe(true)
  expect(rig.vendor.messages()).toEqual(['one'])
  expect(rig.pipeline.stats()).toMatchObject({ accepted: 1, requestsAccepted: 1 })
})

test('resolves to true at once when there is nothing to deliver', async () => {
  rig = await openRig()
  expect(await rig.pipeline.flush(0)).toBe(true)
})

test('waits for batches in flight', async () => {
  rig = await openRig({ batchSize: 1 })
  const held = closedLatch()
  rig.vendor.answer({ after: held.promise })
  rig.log('one')
  await until(() => rig.vendor.open === 1, 'the request is in flight')
  let flushed: boolean | undefined
  void rig.pipeline.flush(10_000).then((result) => {
    flushed = result
  })
  await settle()
  expect(flushed).toBeUndefined()
  held.open()
  await until(() => flushed === true, 'the flush ended')
})

test('does not wait for logs that are written after it', async () => {
  rig = await openRig({ batchSize: 10 })
  const [first, second] = [closedLatch(), closedLatch()]
  rig.vendor.answer({ after: first.promise }, { after: second.promise })
  rig.logMany(10, 'before')
  const flushed = rig.pipeline.flush(10_000)
  await until(() => rig.vendor.open === 1, 'the request is in flight')
  rig.logMany(10, 'after')
  rig.clock.advance(200)
  await until(() => rig.vendor.open === 2, 'the next batch, too')
  first.open()
  expect(await flushed).toBe(true)
  expect(rig.pipeline.stats().inFlight).toBe(10)
  second.open()
})

test('does not wait for a later request entry because of an earlier log', async () => {
  rig = await openRig({ batchSize: 1 })
  const held = closedLatch()
  rig.vendor.answer(({ path }) => (path.endsWith('/requests') ? { after: held.promise } : {}))
  rig.log('before')
  const flushed = rig.pipeline.flush(10_000)
  rig.request('/after')
  expect(await flushed).toBe(true)
  held.open()
})

test('concurrent flushes share the same uploads', async () => {
  rig = await openRig()
  rig.logMany(10)
  const flushes = [1, 2, 3].map(() => rig.pipeline.flush(10_000))
  expect(await Promise.all(flushes)).toEqual([true, true, true])
  expect(rig.vendor.seen).toHaveLength(1)
})

test('resolves to false at its timeout, and keeps the logs', async () => {
  rig = await openRig()
  rig.vendor.answer({ silent: true })
  rig.log('one')
  const flushed = rig.pipeline.flush(2000)
  await until(() => rig.vendor.open === 1, 'the request is in flight')
  rig.clock.advance(2000)
  expect(await flushed).toBe(false)
  expect(rig.pipeline.stats()).toMatchObject({ inFlight: 1, dropped: {} })
})

test('gives each caller its own timeout', async () => {
  rig = await openRig()
  const held = closedLatch()
  rig.vendor.answer({ after: held.promise })
  rig.log('one')
  const [hasty, patient] = [rig.pipeline.flush(100), rig.pipeline.flush(5000)]
  await until(() => rig.vendor.open === 1, 'the request is in flight')
  rig.clock.advance(100)
  expect(await hasty).toBe(false)
  held.open()
  expect(await patient).toBe(true)
})

test('sends one probe during a backoff, and resolves to false when the probe fails', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 503 })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the outage was noticed')
  const flushed = rig.pipeline.flush(500)
  await until(() => rig.vendor.seen.length === 2, 'one more attempt arrived')
  expect(await flushed).toBe(false)
  expect(rig.vendor.seen).toHaveLength(2)
})

test('waits through a backoff that is shorter than its timeout', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 503 }, { status: 503 }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the outage was noticed')
  const flushed = rig.pipeline.flush(10_000)
  await until(
    () => rig.vendor.seen.length === 2 && rig.pipeline.stats().inFlight === 0,
    'one more attempt arrived',
  )
  rig.clock.advance(2000)
  expect(await flushed).toBe(true)
})

test('resolves to false at once when the service asks for a longer wait than its timeout', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 429, headers: { 'retry-after': '60' } })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'retry_after', 'the batch waits')
  expect(await rig.pipeline.flush(10_000)).toBe(false)
  expect(rig.vendor.seen).toHaveLength(1)
})

test('resolves to false at once while paused', async () => {
  rig = await openRig()
  rig.pipeline.pause()
  rig.log('one')
  expect(await rig.pipeline.flush(10_000)).toBe(false)
  expect(rig.pipeline.stats().queued).toBe(1)
})

test('resolves to false when a log was refused for good', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 400 })
  rig.log('one')
  expect(await rig.pipeline.flush(10_000)).toBe(false)
})

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('never rejects, not even for %d ms', async (ms) => {
  rig = await openRig()
  rig.log('one')
  const flushed = rig.pipeline.flush(ms)
  await until(() => rig.vendor.messages().length === 1, 'the batch was sent all the same')
  rig.clock.advance(1)
  expect(typeof (await flushed)).toBe('boolean')
})

test('shutdown delivers, and later logs are not accepted', async () => {
  rig = await openRig()
  rig.log('one')
  expect(await rig.pipeline.shutdown(10_000)).toBe(true)
  rig.log('two')
  expect(rig.pipeline.stats()).toMatchObject({ accepted: 1, dropped: { closed: 1 } })
  expect(await rig.pipeline.shutdown(10_000)).toBe(true)
})

test('shutdown delivers while paused', async () => {
  rig = await openRig()
  rig.pipeline.pause()
  rig.log('one')
  expect(await rig.pipeline.shutdown(10_000)).toBe(true)
})

test('shutdown counts what it could not deliver, and a later answer changes nothing', async () => {
  rig = await openRig({ batchSize: 10 })
  const held = closedLatch()
  rig.vendor.answer({ after: held.promise })
  rig.logMany(13)
  await until(() => rig.vendor.open === 1, 'some requests are in flight')
  const ending = rig.pipeline.shutdown(1000)
  await until(() => rig.pipeline.stats().inFlight === 13, 'all requests are in flight')
  rig.clock.advance(1000)
  expect(await ending).toBe(false)
  held.open()
  await settle()
  expect(rig.pipeline.stats()).toMatchObject({ accepted: 0, dropped: { exit: 13 } })
})
