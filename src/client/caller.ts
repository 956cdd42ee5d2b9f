import { applicationFrame, type StackFrame } from '../translate/stack.js'

const FRAMES = 12

/** `file:line` of the application's code that called this package. Undefined where the stack has no such frame. */
export function callerSource(below: (...args: never[]) => unknown): string | undefined {
  const frame = callerFrame(below)
  return frame && `${frame.file}:${frame.line}`
}

/** The frame of the application's code that called `below`. Undefined where the stack has no such frame. */
export function callerFrame(below: (...args: never[]) => unknown): StackFrame | undefined {
  const before = Error.stackTraceLimit
  const holder: { stack?: string } = {}
  try {
    Error.stackTraceLimit = FRAMES
    Error.captureStackTrace(holder, below)
    return typeof holder.stack === 'string' ? applicationFrame(holder.stack) : undefined
  } catch {
    // An application's `Error.prepareStackTrace` may throw.
    return undefined
  } finally {
    Error.stackTraceLimit = before
  }
}
