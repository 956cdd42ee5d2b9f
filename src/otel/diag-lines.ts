import { callStack } from '../common/call-stack.js'
import { hookDiagLogger } from '../diagnostics/diag-logger.js'
import { isSelfLogging } from '../diagnostics/self-log-guard.js'

/**
 * Whether the line being logged now is a diagnostic line of this package or of OpenTelemetry that the application
 * writes through its own logger. Such lines are not about the application, and sending them could cause the next one.
 */
export function isDiagLine(): boolean {
  return isSelfLogging() || (hookDiagLogger() && isCalledByDiag())
}

/** Reads the stack, for a diag logger that was registered with another copy of OpenTelemetry's API. */
function isCalledByDiag(): boolean {
  // Bounded, because a path may be of any length and contain many folders of that name.
  return /\bDiag(?:API|ComponentLogger)\b|[\\/]@opentelemetry[\\/]api[\\/].{0,100}[\\/]diag/.test(
    callStack(50),
  )
}
