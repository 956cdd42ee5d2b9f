/**
 * Ids that are the same when a request is repeated. They depend on nothing but the content of the request and the
 * position of a log among all that the request could make.
 */
export interface StableIds {
  /** The id of the log at this position. */
  logId(position: number): string
  /** Writes the same id, as ASCII. */
  writeLogId(position: number, into: Uint8Array, at: number): void
  /** The `batch_id` of the batch with this name. */
  batchId(name: string): string
  /** A number in [0, 1) that replaces a random one, for the log at this position. */
  roll(position: number): number
}
