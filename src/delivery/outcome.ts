import { parseObject } from '../json.js'
import type { IngestAnswer, Rejection } from '../wire/answer.js'
import { SAMPLE_RATES_HEADER } from '../wire/answer.js'
import { isLevel, type Level } from '../wire/level.js'
import type { TransportAnswer } from '../wire/transport.js'
import { parseDate, parseRetryAfter } from './retry-after.js'

const DAY_MS = 24 * 3_600_000

export type SampleRates = Partial<Record<Level, number>>

/** What became of one request, in the few ways that make a difference to its sender. */
export type Outcome =
  | {
      readonly kind: 'sent'
      readonly rejections: readonly Rejection[]
      readonly rejected: number
      readonly body: string
    }
  /** Try again, with the same id and content: it was not taken, or nobody knows. */
  | {
      readonly kind: 'retryable'
      readonly retryAfterMs?: number
      /** There was no connection, so the service certainly has nothing of it. */
      readonly isUntaken?: true
      readonly why: string
    }
  /** The key is refused. */
  | { readonly kind: 'unauthorized'; readonly why: string }
  /** Somebody answers, but not Lognitor. */
  | { readonly kind: 'wrong_address'; readonly why: string }
  | { readonly kind: 'too_large'; readonly why: string }
  /** Refused for good. */
  | { readonly kind: 'refused'; readonly why: string }

/** Reads an answer by the wire contract's table. */
export function readAnswer(answer: TransportAnswer, nowMs: number): Outcome {
  const { status } = answer
  const why = `status ${status}`
  if ((status >= 200 && status < 300) || status === 422) return readTaken(answer)
  switch (status) {
    case 401:
    case 403:
      return { kind: 'unauthorized', why }
    case 413:
      return { kind: 'too_large', why }
    case 404:
    case 405:
    // Only ever a proxy's own words.
    case 407:
      return { kind: 'wrong_address', why }
    case 408:
    case 425:
    case 429:
      return retryable(answer, why, nowMs)
  }
  if (status >= 500) return retryable(answer, why, nowMs)
  if (status >= 400) return { kind: 'refused', why: `${why}: ${answer.body.slice(0, 200)}` }
  return { kind: 'wrong_address', why }
}

/** Errors of a connection that was never made: no byte of a request has left. */
const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ERR_LOGNITOR_NO_CONNECTION',
])

/** Whether the error of a request shows that the service has nothing of it. */
export function isUntaken(error: unknown): boolean {
  return NO_CONNECTION.has((error as NodeJS.ErrnoException | undefined)?.code ?? '')
}

/** The share of each level to send from now on, when the answer names any that makes sense. */
export function readSampleRates({ headers }: TransportAnswer): SampleRates | undefined {
  const header = headers[SAMPLE_RATES_HEADER]
  if (typeof header !== 'string' || header.length > 1000) return undefined
  const parsed = parseObject(header)
  const fits = ([level, rate]: [string, unknown]) =>
    isLevel(level) && typeof rate === 'number' && rate >= 0 && rate <= 1
  return parsed && Object.fromEntries(Object.entries(parsed).filter(fits))
}

function retryable({ headers }: TransportAnswer, why: string, nowMs: number): Outcome {
  const retryAfterMs = parseRetryAfter(headers['retry-after'], answeredAt(headers.date, nowMs))
  return retryAfterMs === undefined ? { kind: 'retryable', why } : { kind: 'retryable', retryAfterMs, why }
}

/**
 * When the answer was given, by the service's own clock: a date in `Retry-After` is one of that clock, however wrong
 * ours is. A `Date` that is days away from ours is no clock that goes wrong, but a stored answer's.
 */
function answeredAt(date: string | string[] | undefined, nowMs: number): number {
  const atMs = parseDate(date)
  return atMs !== undefined && Math.abs(atMs - nowMs) < DAY_MS ? atMs : nowMs
}

function readTaken({ status, body }: TransportAnswer): Outcome {
  const { errors, rejected } = (parseObject(body) ?? {}) as Partial<IngestAnswer>
  const rejections = Array.isArray(errors) ? errors.filter((error) => typeof error === 'object' && error) : []
  const count = typeof rejected === 'number' && rejected >= 0 ? Math.floor(rejected) : rejections.length
  // A 422 without a readable body says no more than that something in it is wrong for good.
  if (status === 422 && count === 0) return { kind: 'refused', why: `status 422: ${body.slice(0, 200)}` }
  return { kind: 'sent', rejections, rejected: count, body }
}
