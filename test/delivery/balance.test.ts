import { afterEach, expect, test } from 'vitest'
import type { Stats } from '../../src/diagnostics/stats.js'
import { until } from '../support/until.js'
import { openRig, type Rig } from './support.js'

let rig: Rig
afterEach(() => rig.close())

/** What came in, minus everything that has ended or is pending. */
function missing(stats: Stats): number {
  const { written, requestsWritten, takenOver, calls } = stats
  const { accepted, requestsAccepted, callsAccepted, unconfirmed } = stats
  const { queued, inFlight, spooled, callsPending } = stats
  const dropped = Object.values(stats.dropped).reduce((sum, count) => sum + count, 0)
  return (
    written +
    requestsWritten +
    takenOver +
    calls -
    (accepted + requestsAccepted + callsAccepted + unconfirmed + dropped) -
    (queued + inFlight + spooled + callsPending)
  )
}

test('stats() accounts for every API call, whatever its outcome', async () => {
  rig = await openRig()
  const { apiCaller } = rig.pipeline
  const call = (path: string, retryForMs = 0) => apiCaller.run({ path, body: {}, withKey: true, retryForMs })
  rig.vendor.answer({}, { status: 400 }, { status: 413 }, { status: 503 })
  expect(await call('/taken')).toBe('')
  for (const path of ['/refused', '/too-large', '/not-taken']) expect(await call(path)).toBeUndefined()
  const pending = call('/again', 60_000)
  await until(() => rig.vendor.seen.length === 5, 'the batch has failed once')
  const { calls, callsAccepted, callsPending, dropped } = rig.pipeline.stats()
  expect({ calls, callsAccepted, callsPending }).toEqual({ calls: 5, callsAccepted: 1, callsPending: 1 })
  expect(dropped).toEqual({ bad_batch: 1, too_large: 1, exit: 1 })
  expect(missing(rig.pipeline.stats())).toBe(0)
  const ending = rig.pipeline.shutdown(0)
  rig.clock.advance(1)
  await ending
  await pending
  expect(await call('/late')).toBeUndefined()
  expect(rig.pipeline.stats()).toMatchObject({ calls: 6, callsPending: 0, dropped: { closed: 1, exit: 2 } })
  expect(missing(rig.pipeline.stats())).toBe(0)
})

test('stats() accounts for a ping that a newer one replaces', async () => {
  rig = await openRig()
  rig.vendor.answer({ status: 503 }, {})
  const ping = () =>
    rig.pipeline.apiCaller.run({
      path: '/heartbeat/a',
      body: null,
      withKey: false,
      retryForMs: 30_000,
      subject: 'a',
    })
  const first = ping()
  await until(() => rig.vendor.seen.length === 1, 'the first attempt has failed')
  expect(await ping()).toBe('')
  expect(await first).toBeUndefined()
  expect(rig.pipeline.stats()).toMatchObject({ calls: 2, callsAccepted: 1, dropped: { stale_ping: 1 } })
  expect(missing(rig.pipeline.stats())).toBe(0)
})
