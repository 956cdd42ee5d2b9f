import type { Log } from '../../../../wire/log.js'

/** A whole log as the inbox gives it. */
export interface HeldLog {
  seq: number
  /** In milliseconds since the epoch, as `at` of its arrival. */
  time: number
  at: number
  log: Log
}
