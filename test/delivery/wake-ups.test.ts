import { afterEach, expect, test } from 'vitest'
import type { Clock } from '../../src/common/clock.js'
import { until } from '../support/until.js'
import { logTo, openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

/** Imitates Node: timers have whole milliseconds and fire slightly early, and reading the time takes time. */
function coarse(clock: Clock, readMs: number): Clock {
  let spentMs = 0
  return {
    ...clock,
    monotonic: () => {
      spentMs += readMs
      return clock.monotonic() + spentMs
    },
    setTimer: (fn, delayMs) => clock.setTimer(fn, Math.floor(delayMs)),
  }
}

test.each([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])(
  'wakes up after an outage although the timer fires early and each reading of the clock takes %d ms',
  async (readMs) => {
    // Backoff of 811.725 ms.
    rig = await openRig({}, () => 0.12345)
    const pipeline = rig.another({}, coarse(rig.clock, readMs))
    rig.vendor.answer({ status: 503 }, {})
    logTo(pipeline, 'a log')
    rig.clock.advance(10_000)
    await until(() => pipeline.stats().holding === 'backoff', 'the outage was noticed')
    for (let step = 0; step < 5; step++) {
      rig.clock.advance(500)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await until(() => pipeline.stats().accepted === 1, 'the batch was sent without another log')
    rig.clock.advance(1)
  },
)

test('a shorter flushInterval applies to logs that wait already', async () => {
  rig = await openRig({ flushInterval: 3_600_000 })
  rig.log('a log')
  rig.pipeline.reconfigure({ ...rig.pipeline.settings, flushInterval: 1000 })
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length === 1, 'the batch was sent')
})

test('reconfigure with another option does not restart the flush timer', async () => {
  rig = await openRig({ flushInterval: 5000 })
  rig.log('a log')
  rig.clock.advance(4000)
  rig.pipeline.reconfigure({ ...rig.pipeline.settings, maxRetries: 7 })
  rig.clock.advance(1000)
  await until(() => rig.vendor.messages().length === 1, 'the batch was sent')
})

test('a smaller batchSize applies to logs that wait already', async () => {
  rig = await openRig({ batchSize: 100, flushInterval: 3_600_000 })
  rig.logMany(30)
  rig.pipeline.reconfigure({ ...rig.pipeline.settings, batchSize: 25 })
  await until(() => rig.vendor.messages().length === 30, 'the logs were sent')
  expect(rig.pipeline.stats()).toMatchObject({ queued: 0 })
})
