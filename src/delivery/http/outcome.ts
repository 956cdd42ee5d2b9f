import { parseObject } from '../../common/json.js'
import type { IngestAnswer, Rejection } from '../../wire/answer.js'
import { SAMPLE_RATES_HEADER } from '../../wire/answer.js'
import { isLevel, type Level } from '../../wire/level.js'
import { MAX_ANSWER_BYTES } from '../../wire/limits.js'
import type { TransportAnswer } from '../../wire/transport.js'
import { parseDate, parseRetryAfter } from './retry-after.js'

const DAY_MS = 24 * 3_600_000

export type SampleRates = Partial<Record<Level, number>>

/** The result of one request, in the cases that its sender has to tell apart. */
export type Outcome =
  | {
      readonly kind: 'sent'
      readonly rejections: readonly Rejection[]
      readonly rejected: number
      readonly body: string
    }
  /** To be sent again with the same id and content: the service has not accepted the request, or that is unknown. */
  | {
      readonly kind: 'retryable'
      readonly retryAfterMs?: number
      /** No connection was made, so the service certainly has not received anything. */
      readonly isUntaken?: true
      readonly why: string
    }
  /** The service refuses the key. */
  | { readonly kind: 'unauthorized'; readonly why: string }
  /** The answer does not come from Lognitor. */
  | { readonly kind: 'wrong_address'; readonly why: string }
  | { readonly kind: 'too_large'; readonly why: string }
  /** The request is refused for good. */
  | { readonly kind: 'refused'; readonly why: string }

/** Classifies an answer by the table in the wire contract. */
export function readAnswer(answer: TransportAnswer, nowMs: number): Outcome {
  const { status } = answer
  const why = `status ${status}`
  if (status >= 200 && status < 300) {
    return isOfService(answer.body)
      ? readTaken(answer)
      : { kind: 'wrong_address', why: `${why} ${shown(answer.body)}` }
  }
  if (status === 422) return readTaken(answer)
  switch (status) {
    case 401:
    case 403:
      return { kind: 'unauthorized', why }
    case 413:
      return { kind: 'too_large', why }
    case 404:
    case 405:
    // Only proxies answer 407.
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

/** Error codes of a connection that was never established: no byte of the request was sent. */
const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
])

/** Whether a request's error shows that the service has not received anything. */
export function isUntaken(error: unknown): boolean {
  const { code = '', syscall } = (error ?? {}) as NodeJS.ErrnoException
  // A route can also vanish under an established connection.
  return NO_CONNECTION.has(code) && syscall !== 'read' && syscall !== 'write'
}

/**
 * Whether the body is a JSON object, as the service's are. The login page of a network or proxy comes with status 200,
 * too.
 */
function isOfService(body: string): boolean {
  const text = body.trim()
  if (text === '' || parseObject(text) !== undefined) return true
  // The transport has cut a long answer, so the body does not parse.
  return text.startsWith('{') && Buffer.byteLength(body) >= MAX_ANSWER_BYTES
}

function shown(body: string): string {
  return `and ${JSON.stringify(body.trim().slice(0, 60))} instead of a JSON object`
}

/**
 * The sample rate of each level, if the answer names them. A level with an invalid rate gets NaN, and its previous rate
 * stays.
 */
export function readSampleRates({ headers }: TransportAnswer): SampleRates | undefined {
  const header = readHeader(headers, SAMPLE_RATES_HEADER)
  if (header === undefined || header.length > 1000) return undefined
  const parsed = parseObject(header)
  if (parsed === undefined) return undefined
  const rates = Object.entries(parsed).filter(([level]) => isLevel(level))
  return Object.fromEntries(rates.map(([level, rate]) => [level, isShare(rate) ? rate : Number.NaN]))
}

function isShare(rate: unknown): rate is number {
  return typeof rate === 'number' && rate >= 0 && rate <= 1
}

function retryable({ headers }: TransportAnswer, why: string, nowMs: number): Outcome {
  const retryAfterMs = parseRetryAfter(
    readHeader(headers, 'retry-after'),
    answeredAt(readHeader(headers, 'date'), nowMs),
  )
  return retryAfterMs === undefined ? { kind: 'retryable', why } : { kind: 'retryable', retryAfterMs, why }
}

/**
 * When the answer was given, by the service's clock: a date in `Retry-After` refers to that clock, however wrong ours
 * is. A `Date` that is days away from ours belongs to a cached answer and is ignored.
 */
function answeredAt(date: string | undefined, nowMs: number): number {
  const atMs = parseDate(date)
  return atMs !== undefined && Math.abs(atMs - nowMs) < DAY_MS ? atMs : nowMs
}

/** A header's value by its lower-case name. The application's transport may use any case. */
function readHeader(headers: TransportAnswer['headers'], name: string): string | undefined {
  const found = Object.keys(headers).find((key) => key.toLowerCase() === name)
  const value: unknown = found === undefined ? undefined : headers[found]
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' || typeof first === 'number' ? String(first) : undefined
}

function readTaken({ status, body }: TransportAnswer): Outcome {
  const { errors, rejected } = (parseObject(body) ?? {}) as Partial<IngestAnswer>
  const rejections = Array.isArray(errors) ? errors.filter((error) => typeof error === 'object' && error) : []
  const count = typeof rejected === 'number' && rejected >= 0 ? Math.floor(rejected) : rejections.length
  // A 422 without a readable body does not say which entries are invalid, so the whole batch counts as refused.
  if (status === 422 && count === 0) return { kind: 'refused', why: `status 422: ${body.slice(0, 200)}` }
  return { kind: 'sent', rejections, rejected: count, body }
}
