import type { LogRecordLike } from '../translate/otel.js'

/** A record and the very error it tells of, where that is known. */
export interface Completed {
  readonly record: LogRecordLike
  readonly thrown?: Error
  /** The error's own stack, without its causes: by it the same failure is known when it comes another way. */
  readonly ownStack?: string | undefined
}
