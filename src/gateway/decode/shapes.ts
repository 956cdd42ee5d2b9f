import type { LogRecordLike, SpanContextLike, SpanEventLike, SpanLike } from '../../translate/otel.js'
import { PLAIN_LIMITS } from '../../translate/plain.js'

/** A log record of OTLP, in the shape that SDKs have. */
export interface OtlpLogRecord extends LogRecordLike {
  /** About how many bytes it took in the body. */
  readonly weight: number
}

/** A span of OTLP, in the shape that SDKs have. Its events are read when they are asked for. */
export interface OtlpSpan extends SpanLike {
  readonly parentSpanContext: SpanContextLike | undefined
  /** About how many bytes it took in the body. */
  readonly weight: number
  /** All its events. */
  readonly eventCount: number
  /** As many of them as are looked at, read each time. */
  eachEvent(): Iterable<SpanEventLike>
  /** Reads the span once more, for whoever comes back to it and does not hold it meanwhile. */
  again(): OtlpSpan
}

/**
 * Stands between the items of a body where reading has come on without one. Whoever walks them has to see to the time
 * there too: a body may have many groups, and nothing in them.
 */
export const TURN = undefined
export type Turn = typeof TURN

export const DECODE_LIMITS = {
  /** Values within values; a structure of plain data has a handful. */
  depth: 64,
  /** Attributes of one record or span that are read; the rest is counted as dropped. Those that are translated. */
  attributes: 1000,
  /** Values in the attributes of one record, or in its body. Translation takes as many, and what is said of the rest. */
  values: PLAIN_LIMITS.nodes / 2,
  /** Log records, or spans, or exceptions, in one body; and the groups that they stand in. */
  records: 250_000,
  /** Fields of one record in protobuf, whether they are read or passed over. */
  fieldsPerRecord: 500_000,
} as const
