import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetWarnings } from '../../src/config/errors.js'
import { closedLatch, settle, until } from '../support/until.js'
import { takenBody } from '../support/vendor.js'
import { KEY, openRig, type Rig } from './support.js'

let rig: Rig
let warnings: { message: string; code: string }[]

beforeEach(() => {
  forgetWarnings()
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation(((warning: Error & { code: string }) => {
    if (warning.name === 'LognitorWarning') warnings.push({ message: warning.message, code: warning.code })
  }) as typeof process.emitWarning)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rig.close()
})

const MINUTE = 60_000
const HOUR = 60 * MINUTE

test('sends the documented request', async () => {
  rig = await openRig()
  rig.logMany(25)
  await until(() => rig.vendor.messages().length === 25, 'the log arrived')
  const [seen] = rig.vendor.seen
  expect(seen?.path).toBe('/api/v1/ingest')
  expect(seen?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-api-key': KEY,
    'user-agent': expect.stringMatching(/^lognitor-opentelemetry\/\d/),
    'content-length': String(seen?.raw.length),
  })
  expect(Object.keys(seen?.json)).toEqual(['batch_id', 'logs'])
  expect(seen?.json.batch_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test.each([200, 201, 202, 204])('counts a %i as delivered', async (status) => {
  rig = await openRig()
  rig.vendor.answer({ status, body: '' })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().accepted === 25, 'the batch was accepted')
  expect(rig.pipeline.stats()).toMatchObject({
    queued: 0,
    inFlight: 0,
    queuedBytes: 0,
    rejected: 0,
    dropped: {},
  })
})

test('counts the logs that a 200 names as rejected', async () => {
  rig = await openRig()
  rig.vendor.answer((seen) => ({ body: takenBody(seen, [3]) }))
  rig.logMany(25)
  await until(() => rig.pipeline.stats().accepted === 24, 'the other batches were accepted')
  expect(rig.pipeline.stats()).toMatchObject({ rejected: 1, dropped: { rejected: 1 } })
})

test('counts what a 422 refuses as rejected and the rest as accepted, and never sends the batch again', async () => {
  rig = await openRig()
  rig.vendor.answer((seen) => ({ status: 422, body: takenBody(seen, [0, 7]) }), {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().accepted === 23, 'the rest was accepted')
  expect(rig.pipeline.stats()).toMatchObject({ rejected: 2, queued: 0, dropped: { rejected: 2 } })
  rig.clock.advance(HOUR)
  await settle()
  expect(rig.vendor.seen).toHaveLength(1)
})

test('drops a batch that a 422 refuses without saying what is wrong with it', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 422, body: 'no' })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().dropped.bad_batch === 25, 'the batch was dropped')
  rig.clock.advance(HOUR)
  await settle()
  expect(rig.vendor.seen).toHaveLength(1)
})

test.each([
  [
    'a whole batch',
    { status: 400, body: 'no such field' },
    /25 entries.*\/ingest.*status 400: no such field/,
  ],
  [
    'single logs',
    (seen: Parameters<typeof takenBody>[0]) => ({ status: 422, body: takenBody(seen, [3]) }),
    /1 entries.*\/ingest/,
  ],
  ['a log that is too large', { status: 413 }, /1 entries.*\/ingest.*status 413/],
])('warns once when the service refuses %s for good', async (_, answer, words) => {
  rig = await openRig()
  rig.vendor.answer(answer)
  rig.logMany(25)
  await until(() => rig.pipeline.stats().queued + rig.pipeline.stats().inFlight === 0, 'the answer came')
  rig.logMany(100)
  await until(() => rig.pipeline.stats().queued + rig.pipeline.stats().inFlight === 0, 'the next one came')
  expect(warnings.map(({ code }) => code)).toEqual(['LOGNITOR_ENTRIES_REFUSED'])
  expect(warnings[0]?.message).toMatch(words)
})

test.each([400, 402, 409, 410, 415, 418, 451])('drops a batch that is refused with %i', async (status) => {
  rig = await openRig()
  rig.vendor.answer({ status }, {})
  rig.logMany(25)
  await until(() => rig.pipeline.stats().dropped.bad_batch === 25, 'the batch was dropped')
  rig.logMany(100, 'next')
  await until(() => rig.vendor.messages().length === 100, 'the next batch goes at once')
  expect(rig.vendor.messages()[0]).toBe('next 1')
})

for (const status of [401, 403]) {
  test(`keeps the logs after ${status}, warns once and probes once a minute`, async () => {
    rig = await openRig()
    rig.vendor.answer({ status })
    rig.logMany(300)
    await until(() => rig.pipeline.stats().holding === 'unauthorized', 'the batch was refused')
    await until(() => rig.pipeline.stats().inFlight === 0, 'all attempts ended')
    const before = rig.vendor.seen.length
    for (let minute = 1; minute <= 3; minute++) {
      rig.clock.advance(MINUTE - 1)
      await settle()
      expect(rig.vendor.seen).toHaveLength(before + minute - 1)
      rig.clock.advance(1)
      await until(() => rig.vendor.seen.length === before + minute, `probe ${minute}`)
      await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
    }
    expect(rig.pipeline.stats()).toMatchObject({ queued: 300, dropped: {} })
    expect(warnings.map(({ code }) => code)).toEqual(['LOGNITOR_KEY_REFUSED'])
    expect(warnings[0]?.message).not.toContain(KEY)
    rig.vendor.answer({})
    rig.clock.advance(MINUTE)
    await until(() => rig.vendor.messages().length === 300, 'all arrived in the end')
  })
}

test('retries at once with a new key, and sends what was kept', async () => {
  rig = await openRig()
  rig.vendor.answer(({ headers }) => ({ status: headers['x-api-key'] === 'new' ? 200 : 401 }))
  rig.logMany(200)
  await until(() => rig.pipeline.stats().holding === 'unauthorized', 'the batch was refused')
  rig.pipeline.reconfigure({ ...rig.pipeline.settings, apiKey: 'new' })
  await until(() => rig.vendor.messages().length === 200, 'all arrived without the time passing')
})

test('a late answer to the old key does not delay the new one', async () => {
  rig = await openRig({ batchSize: 10 })
  const { open, promise } = closedLatch()
  rig.vendor.answer(({ headers }) => (headers['x-api-key'] === 'new' ? {} : { status: 401, after: promise }))
  rig.logMany(10)
  await until(() => rig.vendor.open === 1, 'the request with the old key is in flight')
  rig.pipeline.reconfigure({ ...rig.pipeline.settings, apiKey: 'new' })
  open()
  await until(() => rig.vendor.messages().length === 10, 'the batch arrived with the new key at once')
})

test('halves a batch that is too large, and gives each half its own id', async () => {
  rig = await openRig({ batchSize: 100 })
  const tooMany = 30
  rig.vendor.answer((seen) => ({ status: seen.json.logs.length > tooMany ? 413 : 200 }))
  rig.logMany(100)
  await until(() => rig.pipeline.stats().accepted === 100, 'all logs were accepted')
  expect(rig.vendor.batches.map(({ json }) => json.logs.length)).toEqual([100, 50, 50, 25, 25, 25, 25])
  expect(new Set(rig.vendor.batches.map(({ json }) => json.batch_id)).size).toBe(7)
  expect(rig.vendor.messages().sort()).toEqual(Array.from({ length: 100 }, (_, n) => `log ${n + 1}`).sort())
  expect(rig.pipeline.stats()).toMatchObject({ accepted: 100, queued: 0, queuedBytes: 0, dropped: {} })
})

test('batches grow slowly again after one was too large', async () => {
  rig = await openRig({ batchSize: 100, maxQueueSize: 100_000 })
  rig.vendor.answer({ status: 413 }, {})
  rig.logMany(100)
  await until(() => rig.vendor.messages().length === 100, 'the first hundred logs arrived in halves')
  rig.logMany(10_000, 'more')
  await until(() => rig.vendor.messages().length === 10_100, 'the rest arrived')
  const sizes = rig.vendor.batches.map(({ json }) => json.logs.length as number)
  expect(sizes.slice(0, 3)).toEqual([100, 50, 50])
  expect(Math.max(...sizes.slice(3, 10))).toBeLessThan(65)
  expect(Math.max(...sizes.slice(60))).toBe(100)
})

test('drops a single log that is too large for the service', async () => {
  rig = await openRig({ batchSize: 4 })
  rig.vendor.answer((seen) => ({ status: seen.text.includes('log 3') ? 413 : 200 }))
  rig.logMany(4)
  await until(() => rig.pipeline.stats().dropped.too_large === 1, 'one was dropped')
  await until(() => rig.pipeline.stats().accepted === 3, 'the other logs arrived')
})

test.each([301, 302, 307, 308, 304, 404, 405])(
  'waits after %i, warns once and never follows the redirect',
  async (status) => {
    rig = await openRig()
    const elsewhere = await openRig()
    rig.vendor.answer({ status, headers: { location: `${elsewhere.vendor.url}/api/v1/ingest` } })
    rig.logMany(200)
    await until(() => rig.pipeline.stats().holding === 'wrong_address', 'the batch waits')
    await until(() => rig.pipeline.stats().inFlight === 0, 'all attempts ended')
    const before = rig.vendor.seen.length
    rig.clock.advance(MINUTE - 1)
    await settle()
    expect(rig.vendor.seen).toHaveLength(before)
    rig.clock.advance(1)
    await until(() => rig.vendor.seen.length === before + 1, 'one probe')
    expect(elsewhere.vendor.seen).toHaveLength(0)
    expect(rig.pipeline.stats()).toMatchObject({ dropped: {} })
    expect(warnings.map(({ code }) => code)).toEqual(['LOGNITOR_WRONG_ADDRESS'])
    await elsewhere.close()
  },
)

test('sends to the new address with the new key when both change', async () => {
  rig = await openRig()
  const elsewhere = await openRig()
  rig.vendor.answer({ status: 404 })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'wrong_address', 'the batch waits')
  const { settings } = rig.pipeline
  rig.pipeline.reconfigure({ ...settings, apiKey: 'other', apiUrl: elsewhere.vendor.apiUrl })
  await until(() => elsewhere.vendor.messages().length === 25, 'all arrived there')
  expect(rig.vendor.seen.map(({ headers }) => headers['x-api-key'])).toEqual([KEY])
  expect(elsewhere.vendor.seen.map(({ headers }) => headers['x-api-key'])).toEqual(['other'])
  await elsewhere.close()
})

test('sends no more of a level than the service asks for', async () => {
  rig = await openRig({}, () => 0.4)
  rig.vendor.answer({ headers: { 'x-lognitor-sample-rates': '{"info":0.3,"nonsense":1,"debug":7}' } })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().accepted === 25, 'the batch was accepted')
  rig.log('one more')
  expect(rig.pipeline.stats()).toMatchObject({ queued: 0, dropped: { sampled: 1 } })
})
