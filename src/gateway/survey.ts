import { type HrTime, SPAN_KIND } from '../translate/otel.js'
import { isExceptionEvent } from '../translate/span.js'
import { hrTimeToMillis } from '../translate/time.js'
import { DecodeError, TooMuchError } from './decode/decode-error.js'
import { DECODE_LIMITS, type LogItem, type OtlpSpan, TURN, type Turn } from './decode/shapes.js'
import { WrittenLogs } from './decode/written-logs.js'
import type { Growth } from './growth.js'
import { nextTurn } from './turns.js'

/** The result of one walk over a whole body, before anything of it is sent. */
export interface Survey {
  /** Number of log records or spans. */
  readonly count: number
  /** How many exceptions a span recorded, by the index of the span; only spans with exceptions. */
  readonly exceptions: ReadonlyMap<number, number>
  /**
   * The time for items without one, in milliseconds since 1970: the latest time in the body. The clock would give
   * another time when the body is repeated. A body without any time gives 0, which is an unknown time in OTLP too.
   */
  readonly latestMs: number
}

/** @throws DecodeError {@link TooMuchError} for what is wrong anywhere in the body */
export function surveyLogs(records: Iterable<LogItem | Turn>, growth: Growth): Promise<Survey> {
  return readable(() => walkLogs(records, growth))
}

async function walkLogs(records: Iterable<LogItem | Turn>, growth: Growth): Promise<Survey> {
  const latest = new Latest()
  let count = 0
  for (const record of records) {
    const turn = nextTurn()
    if (turn !== undefined) await turn
    if (record === TURN) continue
    if (record instanceof WrittenLogs) {
      count += record.count
      growth.records(record, record.count)
      latest.include(record.latest)
    } else {
      count++
      growth.records(record, 1)
      latest.include(record.hrTime, record.hrTimeObserved)
    }
  }
  return { count, exceptions: new Map(), latestMs: latest.ms }
}

/** As {@link surveyLogs}, for spans and their exceptions. */
export function surveySpans(spans: Iterable<OtlpSpan | Turn>, growth: Growth): Promise<Survey> {
  return readable(() => walkSpans(spans, growth))
}

async function walkSpans(spans: Iterable<OtlpSpan | Turn>, growth: Growth): Promise<Survey> {
  const latest = new Latest()
  const exceptions = new Map<number, number>()
  let count = 0
  let total = 0
  for (const span of spans) {
    const turn = nextTurn()
    if (turn !== undefined) await turn
    if (span === TURN) continue
    latest.include(span.startTime, span.endTime)
    let own = 0
    for (const event of span.eachEvent()) {
      latest.include(event.time)
      if (isExceptionEvent(event)) own++
      if (total + own > DECODE_LIMITS.records) throw new TooMuchError('The body holds too many exceptions.')
      const turn = nextTurn()
      if (turn !== undefined) await turn
    }
    if (own > 0) {
      total += own
      exceptions.set(count, own)
      growth.exceptions(span, own)
    }
    if (span.kind === SPAN_KIND.server) growth.requestEntry(span)
    count++
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
