import { parseObject } from '../json.js'
import type { IngestAnswer, Rejection } from '../wire/answer.js'
import { SAMPLE_RATES_HEADER } from '../wire/answer.js'
import { isLevel, type Level } from '../wire/level.js'
import type { TransportAnswer } from '../wire/transport.js'
import { parseRetryAfter } from './retry-after.js'

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
  | { readonly kind: 'retryable'; readonly retryAfterMs?: number; readonly why: string }
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
  const retryAfterMs = parseRetryAfter(headers['retry-after'], nowMs)
  return retryAfterMs === undefined ? { kind: 'retryable', why } : { kind: 'retryable', retryAfterMs, why }
}

function readTaken({ status, body }: TransportAnswer): Outcome {
  const { errors, rejected } = (parseObject(body) ?? {}) as Partial<IngestAnswer>
  const rejections = Array.isArray(errors) ? errors.filter((error) => typeof error === 'object' && error) : []
  const count = typeof rejected === 'number' && rejected >= 0 ? Math.floor(rejected) : rejections.length
  // A 422 without a readable body says no more than that something in it is wrong for good.
  if (status === 422 && count === 0) return { kind: 'refused', why: `status 422: ${body.slice(0, 200)}` }
  return { kind: 'sent', rejections, rejected: count, body }
}
