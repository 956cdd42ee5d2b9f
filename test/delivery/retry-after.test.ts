import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { parseRetryAfter } from '../../src/delivery/http/retry-after.js'
import { settle, until } from '../support/until.js'
import { openRig, type Rig } from './support.js'

const HOUR = 3_600_000

describe('a service that sends Retry-After', () => {
  let rig: Rig
  afterEach(() => rig.close())

  async function hold(retryAfter: string, status = 429): Promise<void> {
    rig.vendor.answer({ status, headers: { 'retry-after': retryAfter } }, {})
    rig.logMany(25)
    await until(() => rig.vendor.seen.length >= 1, 'the first attempt')
    await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
  }

  async function expectNextTryAfter(ms: number): Promise<void> {
    rig.clock.advance(ms - 1)
    await settle()
    expect(rig.vendor.seen).toHaveLength(1)
    rig.clock.advance(1)
    await until(() => rig.vendor.messages().length > 0, `it arrived after ${ms} ms`)
  }

  test.each([429, 503, 408])('is obeyed in seconds, with a %i', async (status) => {
    rig = await openRig()
    await hold('15', status)
    await expectNextTryAfter(15_000)
  })

  test('is obeyed with a date', async () => {
    rig = await openRig()
    await hold(new Date(rig.clock.now() + 40_000).toUTCString())
    await expectNextTryAfter(40_000)
  })

  test.each([-10, 10])('is obeyed with a date although our clock is %i minutes off', async (minutes) => {
    rig = await openRig()
    const itsNow = rig.clock.now() + minutes * 60_000
    const [date, backAt] = [itsNow, itsNow + 40_000].map((ms) => new Date(ms).toUTCString()) as [
      string,
      string,
    ]
    rig.vendor.answer({ status: 429, headers: { date, 'retry-after': backAt } }, {})
    rig.logMany(25)
    await until(() => rig.pipeline.stats().holding === 'retry_after', 'the batch waits')
    await expectNextTryAfter(40_000)
  })

  test('is retried at once when Retry-After is zero', async () => {
    rig = await openRig()
    await hold('0')
    await until(() => rig.vendor.messages().length === 25, 'the log arrived without the time passing')
  })

  test('is retried at once when the date lies in the past', async () => {
    rig = await openRig()
    await hold('Thu, 01 Jan 2015 00:00:00 GMT')
    await until(() => rig.vendor.messages().length === 25, 'the log arrived without the time passing')
  })

  test('is retried at once only the first time when Retry-After is always zero', async () => {
    rig = await openRig()
    rig.vendor.answer({ status: 429, headers: { 'retry-after': '0' } })
    rig.logMany(25)
    await until(() => rig.vendor.seen.length === 2, 'the second attempt came at once')
    await settle()
    expect(rig.vendor.seen).toHaveLength(2)
    rig.clock.advance(2000)
    await until(() => rig.vendor.seen.length === 3, 'the third had to wait')
  })

  test.each(['soon', '-5', '', '1e3', '2 minutes', 'NaN', '99999999999999999999'])(
    'is not heard when it says "%s"',
    async (nonsense) => {
      rig = await openRig()
      await hold(nonsense)
      expect(rig.pipeline.stats().holding).toBe('backoff')
      await expectNextTryAfter(1000)
    },
  )

  test('is sent nothing meanwhile, and logs are buffered', async () => {
    rig = await openRig()
    await hold('600')
    rig.logMany(1000, 'meanwhile')
    rig.clock.advance(599_999)
    await settle()
    expect(rig.vendor.seen).toHaveLength(1)
    expect(rig.pipeline.stats()).toMatchObject({ queued: 1025, holding: 'retry_after', dropped: {} })
    rig.clock.advance(1)
    await until(() => rig.vendor.messages().length === 1025, 'all arrived')
  })

  test('is probed once an hour when it asks for more than an hour', async () => {
    rig = await openRig()
    rig.vendor.answer({ status: 429, headers: { 'retry-after': String(30 * 24 * 3600) } })
    rig.logMany(200)
    await until(() => rig.pipeline.stats().holding === 'retry_after', 'the batch waits')
    await until(() => rig.pipeline.stats().inFlight === 0, 'all attempts ended')
    const before = rig.vendor.seen.length
    for (let hour = 1; hour <= 5; hour++) {
      rig.clock.advance(HOUR - 1)
      await settle()
      expect(rig.vendor.seen).toHaveLength(before + hour - 1)
      rig.clock.advance(1)
      await until(() => rig.vendor.seen.length === before + hour, `probe ${hour}`)
      await until(() => rig.pipeline.stats().inFlight === 0, 'the request ended')
    }
    expect(rig.pipeline.stats()).toMatchObject({ queued: 200, dropped: {} })
  })

  test('is obeyed when an earlier failure had asked for less', async () => {
    rig = await openRig()
    rig.vendor.answer({ status: 503 }, { status: 429, headers: { 'retry-after': '100' } })
    rig.logMany(200)
    await until(
      () => rig.pipeline.stats().inFlight === 0 && rig.vendor.seen.length === 2,
      'both requests ended',
    )
    expect(rig.pipeline.stats().holding).toBe('retry_after')
    rig.vendor.answer({})
    rig.clock.advance(99_000)
    await settle()
    expect(rig.vendor.seen).toHaveLength(2)
    rig.clock.advance(1000)
    await until(() => rig.vendor.messages().length === 200, 'all arrived')
  })
})

test('reads seconds exactly, and returns a time or undefined for any text', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e12 }), (seconds) => {
      expect(parseRetryAfter(String(seconds), 0)).toBe(seconds * 1000)
    }),
  )
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
      (date) => {
        const ms = parseRetryAfter(date.toUTCString(), 0)
        expect(ms).toBe(Math.floor(date.getTime() / 1000) * 1000)
      },
    ),
  )
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), fc.nat(), (text, now) => {
      const ms = parseRetryAfter(text, now)
      if (ms !== undefined) expect(ms).toBeGreaterThanOrEqual(0)
    }),
  )
})

test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
  'reads each form of an HTTP date as UTC, wherever it runs: %s',
  (date) => {
    const zone = process.env.TZ
    process.env.TZ = 'America/New_York'
    try {
      expect(parseRetryAfter(date, 0)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37))
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  },
)
