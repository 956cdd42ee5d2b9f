import type { Log } from '../../../../wire/log.js'

/** A whole log as the inbox gives it. */
export interface HeldLog {
  seq: number
  /** The log's own time in milliseconds since the epoch; `at` is its time of arrival. */
  time: number
  at: number
  log: Log
}
