import type { Level } from '../wire/level.js'
import type { ErrorDetail, Trace } from '../wire/log.js'

/** What a log has from elsewhere than its attributes. `lognitor.*` attributes win over it. */
export interface LogFacts {
  level: Level
  message: string
  timestamp: string
  /** A body that is a text. */
  body?: string | undefined
  action?: string | undefined
  trace?: Trace | undefined
  error?: ErrorDetail | undefined
  durationMs?: number | undefined
}
