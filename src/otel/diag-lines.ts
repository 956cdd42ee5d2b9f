import { meetDiagLogger } from '../diagnostics/diag-logger.js'
import { isSelfLogging } from '../diagnostics/self-log-guard.js'

/**
 * Whether what is being logged right now is a line of ours, or one of OpenTelemetry's own that the
 * application lets its logger write: those are not about the application, and if they came back as logs,
 * each could make the next.
 */
export function isDiagLine(): boolean {
  return isSelfLogging() || (meetDiagLogger() && isCalledByDiag())
}

/** By the stack, for a logger that was registered with another copy of OpenTelemetry's API. */
function isCalledByDiag(): boolean {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 50
  const { stack = '' } = new Error()
  Error.stackTraceLimit = stackTraceLimit
  // Bounded, since a file may lie at a path of any length, in many folders of that name.
  return /\bDiag(?:API|ComponentLogger)\b|[\\/]@opentelemetry[\\/]api[\\/].{0,100}[\\/]diag/.test(stack)
}
