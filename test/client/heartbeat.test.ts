import { afterEach, beforeEach, expect, test } from 'vitest'
import { closedLatch, until } from '../support/until.js'
import { inMemory, type OnClock, onClock } from './support.js'

let rig: OnClock

beforeEach(async () => {
  rig = await onClock({ sourceContext: false })
})
afterEach(() => rig.close())

const pings = () => rig.vendor.seen.filter(({ path }) => path.startsWith('/api/v1/heartbeat/'))

test('a ping is sent to the address of its token, without the key', async () => {
  expect(await rig.client.heartbeat('tok_123').ping()).toBe(true)
  const [ping] = pings()
  expect(ping?.path).toBe('/api/v1/heartbeat/tok_123')
  expect(ping?.headers['x-api-key']).toBeUndefined()
  expect(ping?.text).toBe('null')
})

test('a ping that fails is retried with growing delays', async () => {
  rig.vendor.answer({ status: 503 }, { status: 503 }, {})
  const pinged = rig.client.heartbeat('tok').ping()
  for (const [n, waitMs] of [1000, 2000].entries()) {
    await rig.answered(n + 1)
    rig.clock.advance(waitMs)
  }
  expect(await pinged).toBe(true)
  expect(pings()).toHaveLength(3)
})

test('a ping is given up after 30 seconds, because a late one would report a dead job as alive', async () => {
  rig.vendor.answer({ status: 503 })
  void rig.client.heartbeat('tok').ping()
  for (const [n, waitMs] of [1000, 2000, 4000, 8000].entries()) {
    await rig.answered(n + 1)
    rig.clock.advance(waitMs)
  }
  await rig.answered(5)
  // The next attempt would be due 31 seconds after the first.
  expect(rig.client.stats().dropped).toEqual({ stale_ping: 1 })
  rig.clock.advance(3_600_000)
  expect(await rig.client.flush()).toBe(true)
  expect(pings()).toHaveLength(5)
})

test('a ping whose time passed while the machine slept is not sent when it wakes', async () => {
  rig.vendor.answer({ status: 503 }, {})
  const pinged = rig.client.heartbeat('tok').ping()
  await rig.answered(1)
  rig.clock.block(600_000)
  rig.clock.advance(1000)
  expect(await pinged).toBe(false)
  expect(pings()).toHaveLength(1)
})

test('of the pings that wait, only the newest of each token is sent', async () => {
  rig.vendor.answer({ status: 503 }, { status: 503 }, {})
  const [first, other] = [rig.client.heartbeat('a').ping(), rig.client.heartbeat('b').ping()]
  await rig.answered(2)
  const newest = rig.client.heartbeat('a').ping()
  expect(await newest).toBe(true)
  expect(await first).toBe(false)
  rig.clock.advance(2000)
  expect(await other).toBe(true)
  expect(pings().map(({ path }) => path.at(-1))).toEqual(['a', 'b', 'a', 'b'])
  expect(rig.client.stats().dropped).toEqual({ stale_ping: 1 })
})

test.each([
  ['../releases/register'],
  ['a/b'],
  ['.'],
  ['..'],
  ['a?b'],
  ['a b'],
  [''],
  ['%2e%2e'],
  ['x'.repeat(257)],
  [undefined],
  [7],
])('an invalid token is not pinged, and the job still runs: %s', async (token) => {
  const heartbeat = rig.client.heartbeat(token as string)
  expect(await heartbeat.ping()).toBe(false)
  expect(heartbeat.wrap(() => 'result')).toBe('result')
  await rig.client.flush()
  expect(rig.vendor.seen).toEqual([])
})

test('wrap runs a function with its arguments, returns its result and pings', async () => {
  const sum = (a: number, b: number) => a + b
  const result: number = rig.client.heartbeat('tok').wrap(sum, 2, 3)
  expect(result).toBe(5)
  await rig.client.flush()
  expect(pings()).toHaveLength(1)
})

test('wrap pings once an async function is done, and not before', async () => {
  const held = closedLatch()
  const result: Promise<string> = rig.client.heartbeat('tok').wrap(async () => {
    await held.promise
    return 'done'
  })
  await rig.client.flush()
  expect(pings()).toHaveLength(0)
  held.open()
  expect(await result).toBe('done')
  await rig.client.flush()
  expect(pings()).toHaveLength(1)
})

test.each([
  [
    'throws',
    (error: unknown) => {
      throw error
    },
  ],
  ['rejects', (error: unknown) => Promise.reject(error)],
])('a job that %s is captured and not pinged, and its error stays the same one', async (_, fail) => {
  const error = new RangeError('the job')
  const run = async () => rig.client.heartbeat('tok').wrap(() => fail(error))
  await expect(run()).rejects.toBe(error)
  await rig.client.flush()
  expect(pings()).toHaveLength(0)
  expect(rig.vendor.batches[0]?.json.logs).toMatchObject([{ level: 'error', error: { type: 'RangeError' } }])
})

test('what a job throws may be anything', async () => {
  for (const thrown of ['text', null, undefined, 0, Object.freeze({}), Symbol('s')]) {
    let caught: unknown = 'nothing'
    try {
      rig.client.heartbeat('tok').wrap(() => {
        throw thrown
      })
    } catch (error) {
      caught = error
    }
    expect(caught).toBe(thrown)
  }
})

test('a result that only resembles a promise does no harm', () => {
  const hostile = Object.defineProperty({}, 'then', {
    get() {
      throw new Error('then')
    },
  })
  expect(rig.client.heartbeat('tok').wrap(() => hostile)).toBe(hostile)
})

test('a rejection that nobody handles stays unhandled, and is one log', async () => {
  const { client, logs } = inMemory()
  const error = new Error('forgotten')
  const unhandled = new Promise((resolve) => {
    const [own] = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.once('unhandledRejection', (reason) => {
      if (own) process.on('unhandledRejection', own)
      resolve(reason)
    })
  })
  void client.heartbeat('tok').wrap(() => Promise.reject(error))
  expect(await unhandled).toBe(error)
  client.captureException(error)
  expect(await logs()).toHaveLength(1)
})

test('nothing is pinged while the client is disabled', async () => {
  rig.client.reconfigure({ enabled: false })
  expect(await rig.client.heartbeat('tok').ping()).toBe(false)
  expect(rig.vendor.seen).toEqual([])
})

test('a caller is not kept waiting longer than ten seconds', async () => {
  rig.vendor.answer({ silent: true })
  const pinged = rig.client.heartbeat('tok').ping()
  await until(() => pings().length === 1, 'the ping is under way')
  rig.clock.advance(10_000)
  expect(await pinged).toBe(false)
})

test('a job for a scheduler runs in a scope of its own, with arguments and this, and pings', async () => {
  const scheduler = { name: 'nightly' }
  const job = rig.client.heartbeat('tok').job(function (this: typeof scheduler, night: number) {
    rig.client.setUser({ id: `${this.name} ${night}` })
    rig.client.error(`night ${night}`)
    return night
  })
  expect([1, 2].map((night) => job.call(scheduler, night))).toEqual([1, 2])
  rig.client.error('outside')
  await rig.client.flush()
  expect(pings().length).toBeGreaterThan(0)
  const logs = rig.vendor.batches.flatMap(({ json }) => json.logs)
  expect(logs.map(({ message, user_id }) => [message, user_id])).toEqual([
    ['night 1', 'nightly 1'],
    ['night 2', 'nightly 2'],
    ['outside', undefined],
  ])
})

test('a job that fails is captured, thrown on, and does not ping', async () => {
  const job = rig.client.heartbeat('tok').job(async () => {
    throw new Error('no disk')
  })
  await expect(job()).rejects.toThrow('no disk')
  await rig.client.flush()
  expect(rig.vendor.messages()).toEqual(['no disk'])
  expect(pings()).toEqual([])
})
