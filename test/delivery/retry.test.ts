import { afterEach, expect, test } from 'vitest'
import { settle, shutDoor, until } from '../support/until.js'
import type { Reply } from '../support/vendor.js'
import { openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

/** Moves time on until the next try has come back. */
async function passTo(tries: number, ms: number): Promise<void> {
  rig.clock.advance(ms - 1)
  await settle()
  expect(rig.vendor.seen).toHaveLength(tries - 1)
  rig.clock.advance(1)
  await until(() => rig.vendor.seen.length === tries, `try ${tries}`)
  await until(() => rig.pipeline.stats().inFlight === 0, 'it came back')
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
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the first try failed')
  rig.logMany(5, 'later')
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length >= 25, 'the second try arrived')
  const [first, second] = rig.vendor.batches
  expect(second?.raw.equals(first?.raw as Buffer)).toBe(true)
  expect(rig.pipeline.stats().dropped).toEqual({})
})

test('repeats a batch when the connection is refused', async () => {
  rig = await openRig()
  await rig.vendor.close()
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'it failed')
  expect(rig.pipeline.stats()).toMatchObject({ queued: 25, dropped: {} })
})

test('gives up on an answer that does not come within ten seconds, and repeats the batch', async () => {
  rig = await openRig()
  rig.vendor.answer({ silent: true }, {})
  rig.logMany(25)
  await until(() => rig.vendor.open === 1, 'it is on its way')
  rig.clock.advance(9_999)
  await settle()
  expect(rig.pipeline.stats().inFlight).toBe(25)
  rig.clock.advance(1)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'it was given up')
  await until(() => rig.vendor.open === 0, 'its connection is closed')
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length === 25, 'the second try arrived')
})

test('gives up on an answer that drips in byte by byte', async () => {
  rig = await openRig()
  rig.vendor.answer({ dripMs: 1 }, {})
  rig.logMany(25)
  await until(() => rig.vendor.open === 1, 'it is on its way')
  await settle()
  rig.clock.advance(10_000)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'it was given up')
  await until(() => rig.vendor.open === 0, 'its connection is closed')
})

test('reads no more than it needs of an endless answer', async () => {
  rig = await openRig()
  rig.vendor.answer({ endless: true })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'wrong_address', 'that is not how Lognitor answers')
  await until(() => rig.vendor.open === 0, 'its connection is closed')
})

test('waits 1, 2, 4, 8, 16 and then 30 seconds, one probe each time', async () => {
  rig = await openRig({ maxRetries: 100 })
  rig.vendor.answer({ status: 503 })
  rig.logMany(25)
  await until(() => rig.vendor.seen.length === 1, 'the first try')
  await until(() => rig.pipeline.stats().inFlight === 0, 'it came back')
  rig.logMany(500, 'meanwhile')
  let tries = 1
  for (const seconds of [1, 2, 4, 8, 16, 30, 30, 30]) await passTo(++tries, seconds * 1000)
})

test.each([
  [0, 750],
  [0.999999, 1250],
])('spreads the waits by a quarter (chance %d)', async (chance, ms) => {
  rig = await openRig({}, () => chance)
  rig.vendor.answer({ status: 503 })
  rig.logMany(25)
  await until(() => rig.vendor.seen.length === 1, 'the first try')
  await until(() => rig.pipeline.stats().inFlight === 0, 'it came back')
  await passTo(2, ms)
})

test('counts what was under way when an outage began as one failure', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 503 })
  rig.logMany(400)
  await until(() => rig.vendor.seen.length === 4, 'four were on their way')
  await until(() => rig.pipeline.stats().inFlight === 0, 'they came back')
  await passTo(5, 1000)
  await passTo(6, 2000)
})

test('sends everything at full speed once a probe got through', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 503 }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'an outage')
  rig.logMany(2000)
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length === 2025, 'all arrived without more time passing')
})

test('after maxRetries a batch steps back behind the others, whole and unchanged', async () => {
  rig = await openRig({ maxRetries: 2 })
  const isBad = (text: string) => text.includes('"message":"bad 1"')
  rig.vendor.answer((seen) => ({ status: isBad(seen.text) ? 500 : 200 }))
  rig.logMany(25, 'bad')
  await until(() => rig.vendor.seen.length === 1, 'the first try')
  await until(() => rig.pipeline.stats().inFlight === 0, 'it came back')
  rig.logMany(100, 'good')
  await passTo(2, 1000)
  await passTo(3, 2000)
  expect(rig.vendor.messages()).toHaveLength(0)
  rig.clock.advance(4000)
  await until(() => rig.pipeline.stats().accepted === 100, 'the others went ahead')
  for (let n = 0; n < 5; n++) {
    await until(() => rig.pipeline.stats().inFlight === 0, 'it came back')
    rig.clock.advance(30_000)
  }
  await until(() => rig.pipeline.stats().inFlight === 0, 'it came back')
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
      await until(() => rig.pipeline.stats().inFlight === 0, 'all tries came back')
    }
  }
  expect(rig.pipeline.stats()).toMatchObject({ queued: 1200, dropped: {} })
  expect(rig.vendor.seen.length).toBeGreaterThan(1000)
  rig.vendor.answer({})
  rig.clock.advance(30_000)
  await until(() => rig.vendor.messages().length === 1200, 'all arrived in the end')
  expect(new Set(rig.vendor.messages()).size).toBe(1200)
})

test('does not let an old success end a hold that began after it was sent', async () => {
  rig = await openRig()
  const held = shutDoor()
  rig.vendor.answer({ after: held.promise }, { status: 429, headers: { 'retry-after': '60' } })
  rig.logMany(200)
  await until(() => rig.pipeline.stats().holding === 'retry_after', 'one was told to wait')
  rig.vendor.answer({})
  held.open()
  await until(() => rig.pipeline.stats().accepted === 100, 'the other was taken')
  rig.clock.advance(59_999)
  await settle()
  expect(rig.vendor.seen).toHaveLength(2)
  rig.clock.advance(1)
  await until(() => rig.vendor.messages().length === 200, 'it went when it was asked to')
})

test('a batch that fails again and again holds up no others, and is still tried now and then', async () => {
  rig = await openRig({ maxRetries: 1 })
  const isBad = (text: string) => text.includes('"message":"bad 1"')
  const badTries = () => rig.vendor.batches.filter(({ text }) => isBad(text)).length
  rig.vendor.answer((seen) => ({ status: isBad(seen.text) ? 500 : 200 }))
  rig.logMany(25, 'bad')
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the first try failed')
  rig.clock.advance(1000)
  await until(() => badTries() === 2, 'the second try')
  await until(() => rig.pipeline.stats().inFlight === 0, 'it came back')
  rig.logMany(25, 'good')
  rig.clock.advance(2000)
  await until(() => rig.pipeline.stats().accepted === 25, 'others went ahead')
  rig.clock.advance(50)
  await until(() => badTries() === 3 && rig.pipeline.stats().inFlight === 0, 'it was tried once more')
  for (let round = 2; round <= 20; round++) {
    rig.logMany(25, `round ${round}`)
    rig.clock.advance(50)
    await until(() => rig.pipeline.stats().accepted === 25 * round, `round ${round} arrived at once`)
  }
  expect(badTries()).toBe(3)
  rig.clock.advance(30_000)
  await until(() => badTries() === 4, 'it was tried again')
  expect(rig.pipeline.stats()).toMatchObject({ dropped: {} })
})
