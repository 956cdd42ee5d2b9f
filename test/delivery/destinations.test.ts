import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, expect, test } from 'vitest'
import type { Clock } from '../../src/common/clock.js'
import { resolveOptions } from '../../src/config/options.js'
import { Pipeline } from '../../src/pipeline/pipeline.js'
import type { Transport } from '../../src/wire/transport.js'
import { settle, shutDoor, until } from '../support/until.js'
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
  await until(() => rig.pipeline.stats().holding === 'backoff', 'nobody knows whether it was taken')
  useKey('another-key')
  rig.logMany(25, 'after')
  rig.clock.advance(2000)
  await until(() => rig.pipeline.stats().accepted === 50, 'both arrived')
  const [first] = batches()
  expect(batches().filter(({ first }) => first === 'before 1')).toEqual([first, first])
  expect(first?.key).toBe(KEY)
  expect(batches().filter(({ first }) => first === 'after 1')).toMatchObject([{ key: 'another-key' }])
})

test('a batch in flight when the key changes is repeated under its own', async () => {
  rig = await openRig()
  const held = shutDoor()
  rig.vendor.answer({ status: 503, after: held.promise }, {})
  rig.logMany(25)
  await until(() => rig.vendor.open === 1, 'it is on its way')
  useKey('another-key')
  held.open()
  await until(() => rig.pipeline.stats().inFlight === 0, 'it came back')
  rig.clock.advance(2000)
  await until(() => rig.pipeline.stats().accepted === 25, 'it arrived')
  const [first, second] = batches()
  expect(second).toEqual(first)
})

test('a batch that the old key certainly did not deliver goes with the new one, under an id of its own', async () => {
  rig = await openRig()
  rig.vendor.answer(({ headers }) => ({ status: headers['x-api-key'] === KEY ? 401 : 200 }))
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'unauthorized', 'it was refused')
  useKey('another-key')
  await until(() => rig.pipeline.stats().accepted === 25, 'it arrived')
  const [refused, taken] = batches()
  expect(taken?.key).toBe('another-key')
  expect(taken?.id).not.toBe(refused?.id)
})

test('logs that found nobody at the old address go to the new one, whatever its key', async () => {
  rig = await openRig()
  const dead = await openRig()
  await dead.vendor.close()
  const pipeline = rig.another({ apiUrl: dead.vendor.apiUrl })
  for (let n = 0; n < 25; n++) logTo(pipeline, `log ${n}`)
  await until(() => pipeline.stats().holding === 'backoff', 'nobody is there')
  pipeline.reconfigure({ ...pipeline.settings, apiUrl: rig.vendor.apiUrl, apiKey: 'another-key' })
  await until(() => pipeline.stats().accepted === 25, 'they arrived')
  const ending = pipeline.shutdown(0)
  rig.clock.advance(1)
  await ending
  await dead.pipeline.shutdown(0)
})

test('a batch that may have been taken under a key that is refused now is given up after its retries', async () => {
  rig = await openRig({ maxRetries: 2 })
  rig.vendor.answer({ status: 503 }, ({ headers }) => ({ status: headers['x-api-key'] === KEY ? 401 : 200 }))
  rig.logMany(25)
  await until(() => rig.pipeline.stats().holding === 'backoff', 'nobody knows whether it was taken')
  useKey('another-key')
  for (let minute = 0; minute < 3; minute++) {
    rig.clock.advance(60_000)
    await until(() => rig.pipeline.stats().inFlight === 0, 'it came back')
    await settle()
  }
  expect(rig.pipeline.stats()).toMatchObject({ queued: 0, dropped: { bad_batch: 25 } })
  expect(batches().every(({ key }) => key === KEY)).toBe(true)
  expect(await rig.pipeline.flush(1000)).toBe(true)
})

test('sample rates of the project before do not hold for the one after', async () => {
  rig = await openRig({}, () => 0.4)
  const held = shutDoor()
  const headers = { 'x-lognitor-sample-rates': '{"info":0}' }
  rig.vendor.answer({ headers, after: held.promise }, {})
  rig.logMany(25)
  await until(() => rig.vendor.open === 1, 'it is on its way')
  useKey('another-key')
  held.open()
  await until(() => rig.pipeline.stats().accepted === 25, 'it was taken')
  rig.logMany(25, 'of the other project')
  rig.clock.advance(5000)
  await until(() => rig.pipeline.stats().accepted === 50, 'none was left out')
})

test('leaves no connection open to where nothing goes any more', async () => {
  rig = await openRig()
  for (let n = 0; n < 10; n++) {
    rig.logMany(25, `round ${n}`)
    rig.clock.advance(5000)
    await until(() => rig.pipeline.stats().accepted === 25 * (n + 1), `round ${n}`)
    const compression = n % 2 === 0 ? 'gzip' : 'none'
    rig.pipeline.reconfigure({ ...rig.pipeline.settings, compression })
  }
  // The service itself would close them after five seconds.
  await until(() => rig.vendor.connected <= 1, 'all but the last are closed', 2000)
})

test('closes a transport of one’s own once, and only after its last request', async () => {
  rig = await openRig()
  const said: string[] = []
  const held = shutDoor()
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
  await until(() => pipeline.stats().inFlight === 25, 'it is on its way')
  pipeline.reconfigure({ ...pipeline.settings, transport: transport('second') })
  await settle()
  expect(said).toEqual([])
  held.open()
  await until(() => said.length === 2, 'the first is closed')
  await pipeline.shutdown(0)
  expect(said).toEqual(['first answers', 'first closes', 'second closes'])
})

test('no timer and no request keeps what belongs to the request of the application in which it began', async () => {
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
