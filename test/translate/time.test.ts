import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HrTime } from '../../src/translate/otel.js'
import { hrDurationToMillis, hrTimeToIso, hrTimeToMillis, textToIso } from '../../src/translate/time.js'

describe('an OpenTelemetry time', () => {
  it('is written as Date writes it', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(1), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        const millis = date.getTime()
        const time: HrTime = [Math.floor(millis / 1000), (millis % 1000) * 1e6]
        expect(hrTimeToIso(time)).toBe(date.toISOString())
      }),
    )
  })

  it('loses what is finer than a millisecond', () => {
    expect(hrTimeToIso([1, 999_999_999])).toBe('1970-01-01T00:00:01.999Z')
    expect(hrTimeToIso([1, 1_000_000])).toBe('1970-01-01T00:00:01.001Z')
    expect(hrTimeToIso([1, 1_000_000_000])).toBe('1970-01-01T00:00:02.000Z')
  })

  it.each([
    [[0, 0]],
    [[Number.NaN, 0]],
    [[1, Number.NaN]],
    [[Infinity, 0]],
    [[1e15, 0]],
    [[1, -5]],
    [[1, 5e9]],
    [['1', 0]],
    [[]],
    [5],
    [null],
    [undefined],
  ])('is none when it is %j', (time) => {
    expect(hrTimeToIso(time as unknown as HrTime)).toBeUndefined()
  })

  it('is a number of milliseconds with a fraction', () => {
    expect(hrTimeToMillis([1, 500_000])).toBe(1000.5)
    expect(hrDurationToMillis([0, 45_678_901])).toBe(45.679)
    expect(hrDurationToMillis([0, 0])).toBe(0)
    expect(hrDurationToMillis([-1, 0])).toBeUndefined()
  })
})

describe('a time in a text', () => {
  it('is any that Date can read, within four-digit years', () => {
    expect(textToIso('2026-01-02T03:04:05.6+01:00')).toBe('2026-01-02T02:04:05.600Z')
    expect(textToIso('not a time')).toBeUndefined()
    expect(textToIso('+012026-01-01T00:00:00Z')).toBeUndefined()
  })
})
