import type { HrTime } from './otel.js'

/** 0001-01-01 to 9999-12-31: times with a four-digit year. */
const MIN_SECONDS = -62_135_596_800
const MAX_SECONDS = 253_402_300_799

// The last second is cached: many logs are written per second, and formatting the date is the expensive part.
let lastSecond = Number.NaN
let lastPrefix = ''

/**
 * ISO 8601 with milliseconds and `Z`.
 *
 * @returns `undefined` for the zero time, which means "unset", and for a value that is not a time
 */
export function hrTimeToIso(time: HrTime | undefined): string | undefined {
  const millis = hrTimeToIsoMillis(time)
  return millis === undefined ? undefined : millisToIso(millis)
}

/** The whole milliseconds that {@link hrTimeToIso} writes. */
export function hrTimeToIsoMillis(time: HrTime | undefined): number | undefined {
  const millis = hrTimeToMillis(time)
  return millis === undefined || millis === 0 ? undefined : Math.floor(millis)
}

/** ISO 8601 with milliseconds and `Z`, for a whole number of milliseconds between the years 1 and 9999. */
export function millisToIso(millis: number): string {
  const second = Math.floor(millis / 1000)
  if (second !== lastSecond) {
    lastPrefix = new Date(second * 1000).toISOString().slice(0, 20)
    lastSecond = second
  }
  const fraction = millis - second * 1000
  return `${lastPrefix}${fraction < 10 ? '00' : fraction < 100 ? '0' : ''}${fraction}Z`
}

/** Milliseconds since 1970, with a fraction. `undefined` for a value that is not a time with a four-digit year. */
export function hrTimeToMillis(time: HrTime | undefined): number | undefined {
  if (!Array.isArray(time)) return undefined
  const seconds: unknown = time[0]
  const nanos: unknown = time[1]
  if (typeof seconds !== 'number' || typeof nanos !== 'number') return undefined
  if (!(seconds >= MIN_SECONDS && seconds < MAX_SECONDS)) return undefined
  return nanos >= 0 && nanos <= 1e9 ? seconds * 1000 + nanos / 1e6 : undefined
}

/** OpenTelemetry's form of a whole number of milliseconds since 1970. */
export function millisToHrTime(millis: number): HrTime {
  const seconds = Math.floor(millis / 1000)
  return [seconds, (millis - seconds * 1000) * 1e6]
}

/** A duration in milliseconds, rounded to microseconds. `undefined` for a value that is not a duration. */
export function hrDurationToMillis(duration: HrTime | undefined): number | undefined {
  const millis = hrTimeToMillis(duration)
  return millis === undefined || millis < 0 ? undefined : Math.round(millis * 1000) / 1000
}

/** The time as ISO 8601 with milliseconds and `Z`, where `Date` can parse the text. */
export function textToIso(text: string): string | undefined {
  return instantToIso(Date.parse(text))
}

/** Like {@link millisToIso}, for any number. `undefined` for a number that is not a time with a four-digit year. */
export function instantToIso(millis: number): string | undefined {
  const second = Math.floor(millis / 1000)
  return second >= MIN_SECONDS && second < MAX_SECONDS ? millisToIso(Math.floor(millis)) : undefined
}
