import { afterEach, expect, test } from 'vitest'
import { closedLatch, settle, until } from '../support/until.js'
import type { Reply } from '../support/vendor.js'
import { openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

/** Advances the clock, and waits until the next attempt has been answered. */
async function passTo(tries: number, ms: number): Promise<void> {
  rig.clock.advance(ms - 1)
  await settle()
  expect(rig.vendor.seen).toHaveLength(tries - 1)
  rig.clock.advance(1)
  await until(() => rig.vendor.seen.length === tries, `try ${tries}`)
  await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
}

const failures: [string, Reply][] = [
  ...[408, 425, 429, 500, 502, 503, 504, 529, 599].map((status): [string, Reply] => [
    `${status}`,
    { status },
  ]),
  ['a reset', { reset: 'before' }],
  ['a reset in the middle of the answer', { reset: 'mid-body' }],
]

test.each(failures)('repeats a batch after %s with the same id and the same bytes', async (_, reply) => {
  rig = await openRig()
  rig.vendor.answer(reply, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the first attempt failed')
  rig.logMany(5, 'later')
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length >= 25, 'the second attempt arrived')
  const [first, second] = rig.vendor.batches
  expect(second?.raw.equals(first?.raw as Buffer)).toBe(true)
  expect(rig.pipeline.stats().dropped).toEqual({})
})

test('repeats a batch when the connection is refused', async () => {
  rig = await openRig()
  await rig.vendor.close()
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the attempt failed')
  expect(rig.pipeline.stats()).toMatchObject({ queued: 25, dropped: {} })
})

test('gives up on an answer after ten seconds, and retries the batch', async () => {
  rig = await openRig()
  rig.vendor.answer({ silent: true }, {})
  rig.logMany(25)
  await until(() => rig.vendor.open === 1, 'the request is in flight')
  rig.clock.advance(9_999)
  await settle()
  expect(rig.pipeline.stats().inFlight).toBe(25)
  rig.clock.advance(1)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the batch was given up')
  await until(() => rig.vendor.open === 0, 'its connection is closed')
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length === 25, 'the second attempt arrived')
})

test('gives up on an answer that arrives byte by byte', async () => {
  rig = await openRig()
  rig.vendor.answer({ dripMs: 1 }, {})
  rig.logMany(25)
  await until(() => rig.vendor.open === 1, 'the request is in flight')
  await settle()
  rig.clock.advance(10_000)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the batch was given up')
  await until(() => rig.vendor.open === 0, 'its connection is closed')
})

test('reads a bounded part of an endless answer', async () => {
  rig = await openRig()
  rig.vendor.answer({ endless: true })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'wrong_address', 'the address is known to be wrong')
  await until(() => rig.vendor.open === 0, 'its connection is closed')
})

test('waits 1, 2, 4, 8, 16 and then 30 seconds, one probe each time', async () => {
  rig = await openRig({ maxRetries: 100 })
  rig.vendor.answer({ status: 503 })
  rig.logMany(25)
  await until(() => rig.vendor.seen.length === 1, 'the first attempt')
  await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
  rig.logMany(500, 'meanwhile')
  let tries = 1
  for (const seconds of [1, 2, 4, 8, 16, 30, 30, 30]) await passTo(++tries, seconds * 1000)
})

test.each([
  [0, 750],
  [0.999999, 1250],
])('jitters the waits by a quarter (random %d)', async (chance, ms) => {
  rig = await openRig({}, () => chance)
  rig.vendor.answer({ status: 503 })
  rig.logMany(25)
  await until(() => rig.vendor.seen.length === 1, 'the first attempt')
  await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
  await passTo(2, ms)
})

test('counts all requests in flight when an outage begins as one failure', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 503 })
  rig.logMany(400)
  await until(() => rig.vendor.seen.length === 4, 'four requests were in flight')
  await until(() => rig.pipeline.stats().inFlight === 0, 'the requests ended')
  await passTo(5, 1000)
  await passTo(6, 2000)
})

test('sends everything at full speed once a probe has succeeded', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 503 }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the outage was noticed')
  rig.logMany(2000)
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length === 2025, 'all arrived without more time passing')
})

test('after maxRetries a batch moves behind the others, whole and unchanged', async () => {
  rig = await openRig({ maxRetries: 2 })
  const isBad = (text: string) => text.includes('"message":"bad 1"')
  rig.vendor.answer((seen) => ({ status: isBad(seen.text) ? 500 : 200 }))
  rig.logMany(25, 'bad')
  await until(() => rig.vendor.seen.length === 1, 'the first attempt')
  await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
  rig.logMany(100, 'good')
  await passTo(2, 1000)
  await passTo(3, 2000)
  expect(rig.vendor.messages()).toHaveLength(0)
  rig.clock.advance(4000)
  await until(() => rig.pipeline.stats().accepted === 100, 'the other batches were sent first')
  for (let n = 0; n < 5; n++) {
    await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
    rig.clock.advance(30_000)
  }
  await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
  const tries = rig.vendor.batches.filter(({ text }) => isBad(text))
  expect(tries.length).toBeGreaterThan(3)
  for (const { raw } of tries) expect(raw.equals(tries[0]?.raw as Buffer)).toBe(true)
  expect(rig.pipeline.stats()).toMatchObject({ queued: 25, dropped: {} })
})

test('drops nothing in a long outage while there is room', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 503 })
  for (let hour = 0; hour < 12; hour++) {
    rig.logMany(100, `hour ${hour}`)
    for (let n = 0; n < 120; n++) {
      rig.clock.advance(30_000)
      await until(() => rig.pipeline.stats().inFlight === 0, 'all attempts ended')
    }
  }
  expect(rig.pipeline.stats()).toMatchObject({ queued: 1200, dropped: {} })
  expect(rig.vendor.seen.length).toBeGreaterThan(1000)
  rig.vendor.answer({})
  rig.clock.advance(30_000)
  await until(() => rig.vendor.messages().length === 1200, 'all arrived in the end')
  expect(new Set(rig.vendor.messages()).size).toBe(1200)
})

test('the success of an earlier request does not end a later backoff', async () => {
  rig = await openRig()
  const held = closedLatch()
  rig.vendor.answer({ after: held.promise }, { status: 429, headers: { 'retry-after': '60' } })
  rig.logMany(200)
  await until(() => rig.pipeline.stats().holding === 'retry_after', 'one request was told to wait')
  rig.vendor.answer({})
  held.open()
  await until(() => rig.pipeline.stats().accepted === 100, 'the other batch was accepted')
  rig.clock.advance(59_999)
  await settle()
  expect(rig.vendor.seen).toHaveLength(2)
  rig.clock.advance(1)
  await until(() => rig.vendor.messages().length === 200, 'the batch was sent when Retry-After said')
})

test('a batch that always fails does not delay others, and is still retried', async () => {
  rig = await openRig({ maxRetries: 1 })
  const isBad = (text: string) => text.includes('"message":"bad 1"')
  const badTries = () => rig.vendor.batches.filter(({ text }) => isBad(text)).length
  rig.vendor.answer((seen) => ({ status: isBad(seen.text) ? 500 : 200 }))
  rig.logMany(25, 'bad')
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the first attempt failed')
  rig.clock.advance(1000)
  await until(() => badTries() === 2, 'the second attempt')
  await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
  rig.logMany(25, 'good')
  rig.clock.advance(2000)
  await until(() => rig.pipeline.stats().accepted === 25, 'other batches were sent first')
  rig.clock.advance(200)
  await until(
    () => badTries() === 3 && rig.pipeline.stats().inFlight === 0,
    'the batch was attempted once more',
  )
  for (let round = 2; round <= 20; round++) {
    rig.logMany(25, `round ${round}`)
    rig.clock.advance(200)
    await until(() => rig.pipeline.stats().accepted === 25 * round, `round ${round} arrived at once`)
  }
  expect(badTries()).toBe(3)
  rig.clock.advance(30_000)
  await until(() => badTries() === 4, 'the batch was attempted again')
  expect(rig.pipeline.stats()).toMatchObject({ dropped: {} })
})
