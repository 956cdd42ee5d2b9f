/**
 * What makes a repeat the same: all that is drawn from it depends on the content of a request alone, and on
 * the place of a log among all that the request could make.
 */
export interface StableIds {
  /** The id of the log at a place. */
  logId(position: number): string
  /** The `batch_id` of the batch with this name. */
  batchId(name: string): string
  /** In [0, 1), in place of chance, for the log at a place. */
  roll(position: number): number
}
