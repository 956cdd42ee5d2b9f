import { callStack } from '../common/call-stack.js'
import { CONSOLE } from '../translate/log-record.js'
import type { LogRecordLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'

/** The function by which Express and Connect print the error that no error handler of the application took. */
const FINAL_HANDLER =
  /\blogerror\b[^\n(]{0,60}\([^\n]{0,1000}[\\/](?:express[\\/]lib[\\/]application|connect[\\/]index)\.js:/
/** Frames of this package, of the SDK, and of all that wraps `console`. */
const FRAMES = 30
const ERROR_SEVERITY = 17

/** Whether the final handler of Express or Connect is writing this record. Must be called while the record is made or emitted. */
export function isFinalHandlers(record: LogRecordLike): boolean {
  const scope = readProperty(record, 'instrumentationScope')
  const isError =
    readProperty(scope, 'name') === CONSOLE && readProperty(record, 'severityNumber') === ERROR_SEVERITY
  return isError && FINAL_HANDLER.test(callStack(FRAMES, isFinalHandlers))
}
