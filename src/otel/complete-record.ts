import { CONSOLE } from '../translate/log-record.js'
import type { LogRecordLike } from '../translate/otel.js'
import { printedError } from '../translate/printed-error.js'
import { completePino, PINO } from './pino-errors.js'

/** A record and the very error it tells of, where that is known. */
export interface Completed {
  readonly record: LogRecordLike
  readonly thrown?: Error
  /** The error's own stack, without its causes: by it the same failure is known when it comes another way. */
  readonly ownStack?: string | undefined
}

/** To be called while the record is being emitted. */
export function completeRecord(record: LogRecordLike): Completed {
  const { name } = record.instrumentationScope
  if (name === PINO) return completePino(record)
  if (name !== CONSOLE || typeof record.body !== 'string') return { record }
  return { record, ownStack: printedError(record.body)?.ownStack }
}
