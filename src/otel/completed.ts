import type { LogRecordLike } from '../translate/otel.js'

/** A record, and the error object it reports where that is known. */
export interface Completed {
  readonly record: LogRecordLike
  readonly thrown?: Error
  /** The error's own stack, without its causes. It identifies the same failure when another entry point reports it. */
  readonly ownStack?: string | undefined
}
