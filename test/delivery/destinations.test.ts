import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, expect, test } from 'vitest'
import type { Clock } from '../../src/common/clock.js'
import { resolveOptions } from '../../src/config/options.js'
import { Pipeline } from '../../src/pipeline/pipeline.js'
import type { Transport } from '../../src/wire/transport.js'
import { closedLatch, settle, until } from '../support/until.js'
import { KEY, logTo, openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

const batches = () =>
  rig.vendor.batches.map(({ json, headers }) => ({
    id: json.batch_id,
    key: headers['x-api-key'],
    first: json.logs[0].message,
  }))

function useKey(apiKey: string): void {
  rig.pipeline.reconfigure({ ...rig.pipeline.settings, apiKey })
}

test.each([
  ['a 503', { status: 503 }],
  ['an answer that broke off', { reset: 'before' as const }],
])('after %s a batch keeps its key and its id, and later logs go with the new key', async (_, reply) => {
  rig = await openRig()
  rig.vendor.answer(reply, {})
  rig.logMany(25, 'before')
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the outcome of the attempt is unknown')
  useKey('another-key')
  rig.logMany(25, 'after')
  rig.clock.advance(2000)
  await until(() => rig.pipeline.stats().accepted === 50, 'both arrived')
  const [first] = batches()
  expect(batches().filter(({ first }) => first === 'before 1')).toEqual([first, first])
  expect(first?.key).toBe(KEY)
  expect(batches().filter(({ first }) => first === 'after 1')).toMatchObject([{ key: 'another-key' }])
})

test('a batch in flight when the key changes is retried with its own key', async () => {
  rig = await openRig()
  const held = closedLatch()
  rig.vendor.answer({ status: 503, after: held.promise }, {})
  rig.logMany(25)
  await until(() => rig.vendor.open === 1, 'the request is in flight')
  useKey('another-key')
  held.open()
  await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
  rig.clock.advance(2000)
  await until(() => rig.pipeline.stats().accepted === 25, 'the log arrived')
  const [first, second] = batches()
  expect(second).toEqual(first)
})

test('a batch that was certainly not accepted under the old key is sent with the new one, under a new id', async () => {
  rig = await openRig()
  rig.vendor.answer(({ headers }) => ({ status: headers['x-api-key'] === KEY ? 401 : 200 }))
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'unauthorized', 'the batch was refused')
  useKey('another-key')
  await until(() => rig.pipeline.stats().accepted === 25, 'the log arrived')
  const [refused, taken] = batches()
  expect(taken?.key).toBe('another-key')
  expect(taken?.id).not.toBe(refused?.id)
})

test('logs that no service received at the old address go to the new one, whatever its key', async () => {
  rig = await openRig()
  const dead = await openRig()
  await dead.vendor.close()
  const pipeline = rig.another({ apiUrl: dead.vendor.apiUrl })
  for (let n = 0; n < 25; n++) logTo(pipeline, `log ${n}`)
  await until(() => pipeline.stats().holding === 'backoff', 'no service answers')
  pipeline.reconfigure({ ...pipeline.settings, apiUrl: rig.vendor.apiUrl, apiKey: 'another-key' })
  await until(() => pipeline.stats().accepted === 25, 'the logs arrived')
  const ending = pipeline.shutdown(0)
  rig.clock.advance(1)
  await ending
  await dead.pipeline.shutdown(0)
})

test('a batch that may have been accepted under a key that is now refused is dropped after its retries', async () => {
  rig = await openRig({ maxRetries: 2 })
  rig.vendor.answer({ status: 503 }, ({ headers }) => ({ status: headers['x-api-key'] === KEY ? 401 : 200 }))
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'the outcome of the attempt is unknown')
  useKey('another-key')
  for (let minute = 0; minute < 3; minute++) {
    rig.clock.advance(60_000)
    await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
    await settle()
  }
  expect(rig.pipeline.stats()).toMatchObject({ queued: 0, dropped: { bad_batch: 25 } })
  expect(batches().every(({ key }) => key === KEY)).toBe(true)
  expect(await rig.pipeline.flush(1000)).toBe(true)
})

test('sample rates of the former project do not apply to the new one', async () => {
  rig = await openRig({}, () => 0.4)
  const held = closedLatch()
  const headers = { 'x-lognitor-sample-rates': '{"info":0}' }
  rig.vendor.answer({ headers, after: held.promise }, {})
  rig.logMany(25)
  await until(() => rig.vendor.open === 1, 'the request is in flight')
  useKey('another-key')
  held.open()
  await until(() => rig.pipeline.stats().accepted === 25, 'the batch was accepted')
  rig.logMany(25, 'of the other project')
  rig.clock.advance(5000)
  await until(() => rig.pipeline.stats().accepted === 50, 'every log arrived')
})

test('closes the connections to a former address', async () => {
  rig = await openRig()
  for (let n = 0; n < 10; n++) {
    rig.logMany(25, `round ${n}`)
    rig.clock.advance(5000)
    await until(() => rig.pipeline.stats().accepted === 25 * (n + 1), `round ${n}`)
    const compression = n % 2 === 0 ? 'gzip' : 'none'
    rig.pipeline.reconfigure({ ...rig.pipeline.settings, compression })
  }
  // The service would close idle connections after five seconds.
  await until(() => rig.vendor.connected <= 1, 'all but the last are closed', 2000)
})

test('closes a custom transport once, and only after its last request', async () => {
  rig = await openRig()
  const said: string[] = []
  const held = closedLatch()
  const transport = (name: string): Transport => ({
    send: async () => {
      await held.promise
      said.push(`${name} answers`)
      return { status: 200, headers: {}, body: '{}' }
    },
    close: () => void said.push(`${name} closes`),
  })
  const pipeline = new Pipeline(resolveOptions({ transport: transport('first') }, {}), { clock: rig.clock })
  for (let n = 0; n < 25; n++) logTo(pipeline, `log ${n}`)
  await until(() => pipeline.stats().inFlight === 25, 'the request is in flight')
  pipeline.reconfigure({ ...pipeline.settings, transport: transport('second') })
  await settle()
  expect(said).toEqual([])
  held.open()
  await until(() => said.length === 2, 'the first is closed')
  await pipeline.shutdown(0)
  expect(said).toEqual(['first answers', 'first closes', 'second closes'])
})

test('a transport of two clients is closed once, by the last of them', async () => {
  rig = await openRig()
  let closed = 0
  const transport: Transport = {
    send: async () => ({ status: 200, headers: {}, body: '{}' }),
    close: () => void closed++,
  }
  const open = () => new Pipeline(resolveOptions({ transport }, {}), { clock: rig.clock })
  const [first, second] = [open(), open()]
  first.reconfigure({ ...first.settings, apiKey: 'another-key' })
  await first.shutdown(0)
  expect(closed).toBe(0)
  logTo(second, 'a log')
  expect(await second.flush(1000)).toBe(true)
  await second.shutdown(0)
  expect(closed).toBe(1)
})

test('no timer or upload keeps the async context of the request in which it began', async () => {
  rig = await openRig()
  const store = new AsyncLocalStorage<object>()
  const seen: unknown[] = []
  const clock: Clock = {
    ...rig.clock,
    setTimer: (fn, delayMs) => {
      seen.push(store.getStore())
      return rig.clock.setTimer(fn, delayMs)
    },
  }
  const transport: Transport = {
    send: async () => {
      seen.push(store.getStore())
      return { status: 200, headers: {}, body: '{}' }
    },
  }
  const pipeline = store.run({}, () => {
    const made = new Pipeline(resolveOptions({ transport, maxQueueSize: 1000 }, {}), { clock })
    for (let n = 0; n < 50; n++) logTo(made, `log ${n % 30}`)
    return made
  })
  rig.clock.advance(10_000)
  await until(() => pipeline.stats().accepted > 30, 'all were sent')
  expect(seen.length).toBeGreaterThan(3)
  expect(seen.every((its) => its === undefined)).toBe(true)
  await pipeline.shutdown(0)
})
