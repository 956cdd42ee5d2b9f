import type { LogRecordLike, SpanContextLike, SpanLike } from '../../translate/otel.js'

/** A log record of OTLP, in the shape that SDKs have. */
export interface OtlpLogRecord extends LogRecordLike {
  /** About how many bytes it took in the body. */
  readonly weight: number
}

/** A span of OTLP, in the shape that SDKs have, with those of its events that are exceptions. */
export interface OtlpSpan extends SpanLike {
  readonly parentSpanContext: SpanContextLike | undefined
  /** About how many bytes it took in the body. */
  readonly weight: number
}

export const DECODE_LIMITS = {
  /** Values within values; a structure of plain data has a handful. */
  depth: 64,
  /** Attributes of one record or span that are read; the rest is counted as dropped. Those that are translated. */
  attributes: 1000,
  /** Keys of one map that are read, and items of one list: more than are translated. */
  keysPerMap: 1000,
  itemsPerList: 1000,
  /** Log records, or spans and their exceptions, in one body. */
  records: 250_000,
} as const
