import type { HrTime } from '../translate/otel.js'
import { isExceptionEvent } from '../translate/span.js'
import { hrTimeToMillis } from '../translate/time.js'
import { DecodeError, TooMuchError } from './decode/decode-error.js'
import { DECODE_LIMITS, type OtlpLogRecord, type OtlpSpan, TURN, type Turn } from './decode/shapes.js'
import { nextTurn } from './turns.js'

/** The result of one walk over a whole body, before anything of it is sent. */
export interface Survey {
  /** Number of log records or spans. */
  readonly count: number
  /** Number of exceptions that spans recorded. */
  readonly exceptions: number
  /**
   * The time for items without one, in milliseconds since 1970: the latest time in the body. The clock would give
   * another time when the body is repeated. A body without any time gives 0, which is an unknown time in OTLP too.
   */
  readonly latestMs: number
}

/** @throws {DecodeError} {@link TooMuchError} for what is wrong anywhere in the body */
export function surveyLogs(records: Iterable<OtlpLogRecord | Turn>): Promise<Survey> {
  return readable(() => walkLogs(records))
}

async function walkLogs(records: Iterable<OtlpLogRecord | Turn>): Promise<Survey> {
  const latest = new Latest()
  let count = 0
  for (const record of records) {
    const turn = nextTurn()
    if (turn !== undefined) await turn
    if (record === TURN) continue
    count++
    latest.include(record.hrTime, record.hrTimeObserved)
  }
  return { count, exceptions: 0, latestMs: latest.ms }
}

/** As {@link surveyLogs}, for spans and their exceptions. */
export function surveySpans(spans: Iterable<OtlpSpan | Turn>): Promise<Survey> {
  return readable(() => walkSpans(spans))
}

async function walkSpans(spans: Iterable<OtlpSpan | Turn>): Promise<Survey> {
  const latest = new Latest()
  let count = 0
  let exceptions = 0
  for (const span of spans) {
    const turn = nextTurn()
    if (turn !== undefined) await turn
    if (span === TURN) continue
    count++
    latest.include(span.startTime, span.endTime)
    for (const event of span.eachEvent()) {
      latest.include(event.time)
      if (isExceptionEvent(event) && ++exceptions > DECODE_LIMITS.records) {
        throw new TooMuchError('The body holds too many exceptions.')
      }
      const turn = nextTurn()
      if (turn !== undefined) await turn
    }
  }
  return { count, exceptions, latestMs: latest.ms }
}

/** A body that cannot be read now cannot be read later: its sender must not repeat it. */
async function readable<T>(walk: () => Promise<T>): Promise<T> {
  try {
    return await walk()
  } catch (error) {
    if (error instanceof DecodeError || error instanceof TooMuchError) throw error
    throw new DecodeError('The body cannot be read.', { cause: error })
  }
}

class Latest {
  ms = 0

  include(...times: readonly HrTime[]): void {
    for (const time of times) this.ms = Math.max(this.ms, hrTimeToMillis(time) ?? 0)
  }
}
