import type { Level } from '../wire/level.js'
import type { ErrorDetail, Trace } from '../wire/log.js'

/** What a log has from sources other than its attributes. `lognitor.*` attributes win over these. */
export interface LogFacts {
  level: Level
  message: string
  timestamp: string
  /** The body, where it is a text. */
  body?: string | undefined
  action?: string | undefined
  /** File and line, where they are known by other means than attributes. */
  source?: string | undefined
  trace?: Trace | undefined
  error?: ErrorDetail | undefined
  durationMs?: number | undefined
}
