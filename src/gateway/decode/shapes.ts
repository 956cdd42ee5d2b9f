import type { LogRecordLike, SpanContextLike, SpanEventLike, SpanLike } from '../../translate/otel.js'
import { PLAIN_LIMITS } from '../../translate/plain.js'
import type { WrittenLogs } from './written-logs.js'

/** An OTLP log record in the shape that SDKs have. */
export interface OtlpLogRecord extends LogRecordLike {
  /** Approximate size in the body, in bytes. */
  readonly weight: number
}

/** A log record, or logs that were already made of records. */
export type LogItem = OtlpLogRecord | WrittenLogs

/** An OTLP span in the shape that SDKs have. Its events are decoded on demand. */
export interface OtlpSpan extends SpanLike {
  readonly parentSpanContext: SpanContextLike | undefined
  /** Approximate size in the body, in bytes. */
  readonly weight: number
  /** Number of all events, including those that are not read. */
  readonly eventCount: number
  /** Decodes the events up to the limit, again on each call. */
  eachEvent(): Iterable<SpanEventLike>
  /** Decodes the span once more, for a reader that did not keep it in memory. */
  again(): OtlpSpan
}

/**
 * Stands between the items of a body where reading has come on without one. Whoever walks them has to see to the time
 * there too: a body may have many groups, and nothing in them.
 */
export const TURN = undefined
export type Turn = typeof TURN

export const DECODE_LIMITS = {
  /** Deepest nesting of values; plain data has a handful of levels. */
  depth: 64,
  /** Attributes read of one record or span, as many as are translated. The rest is counted as dropped. */
  attributes: 1000,
  /**
   * Values read in the attributes of one record, or in its body. Translation takes as many, plus the notes on the rest.
   */
  values: PLAIN_LIMITS.nodes / 2,
  /** Log records, spans or exceptions in one body, and also the groups of records. */
  records: 250_000,
  /** Fields of one record in protobuf, whether they are read or skipped. */
  fieldsPerRecord: 500_000,
} as const
