import { afterEach, beforeEach, expect, test } from 'vitest'
import { type OnClock, onClock } from './support.js'

let rig: OnClock

beforeEach(async () => {
  rig = await onClock({ sourceContext: false })
})
afterEach(() => rig.close())

async function sent() {
  expect(await rig.client.flush()).toBe(true)
  return rig.vendor.batches.flatMap(({ json }) => json.logs)
}

test('a timer measures on the monotonic clock, with a fraction', async () => {
  const timer = rig.client.startTimer()
  rig.clock.advance(41.625)
  expect(timer.end('done', { perf: { rows: 3, durationMs: 1 }, tags: ['t'] })).not.toBe('')
  rig.clock.advance(8.375)
  timer.end('and on')
  expect(await sent()).toMatchObject([
    { level: 'info', message: 'done', perf: { rows: 3, duration_ms: 41.625 }, tags: ['t'] },
    { message: 'and on', perf: { duration_ms: 50 } },
  ])
})

test('timed returns the result of a function and logs its duration', async () => {
  const result = rig.client.timed('load', () => {
    rig.clock.advance(20)
    return { rows: 3 }
  })
  expect(result).toEqual({ rows: 3 })
  expect(await sent()).toMatchObject([{ level: 'info', message: 'load', perf: { duration_ms: 20 } }])
})

test('timed waits for the promise of an async function', async () => {
  const result = rig.client.timed('fetch', async () => {
    await Promise.resolve()
    rig.clock.advance(30)
    return 'rows'
  })
  expect(rig.client.stats().written).toBe(0)
  expect(await result).toBe('rows')
  expect(await sent()).toMatchObject([{ message: 'fetch', perf: { duration_ms: 30 } }])
})

test.each([
  [
    'throws',
    (error: unknown) => {
      throw error
    },
  ],
  ['rejects', (error: unknown) => Promise.reject(error)],
])('a timed function that %s is an error log, and its error stays the same one', async (_, fail) => {
  const error = new TypeError('no rows')
  const work = async () => rig.client.timed('load', () => fail(error), { perf: { rows: 0 } })
  await expect(work()).rejects.toBe(error)
  expect(await sent()).toMatchObject([
    {
      level: 'error',
      message: 'load failed',
      error: { type: 'TypeError', message: 'no rows' },
      perf: { rows: 0, duration_ms: 0 },
    },
  ])
})

test('a query builder, which runs when it is awaited, runs once', async () => {
  let runs = 0
  const query = {
    // biome-ignore lint/suspicious/noThenProperty: that is what they have
    then(resolve: (rows: string) => void) {
      runs++
      resolve('rows')
    },
  }
  expect(await rig.client.timed('query', () => query)).toBe('rows')
  expect(runs).toBe(1)
})
