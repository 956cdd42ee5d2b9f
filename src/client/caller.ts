import { applicationFrame, type StackFrame } from '../translate/stack.js'

const FRAMES = 12

/** `file:line` of the application's code that called us, or undefined when there is none to be seen. */
export function callerSource(below: (...args: never[]) => unknown): string | undefined {
  const frame = callerFrame(below)
  return frame && `${frame.file}:${frame.line}`
}

/** The frame of the application's code that called `below`, or undefined when there is none to be seen. */
export function callerFrame(below: (...args: never[]) => unknown): StackFrame | undefined {
  const before = Error.stackTraceLimit
  const holder: { stack?: string } = {}
  try {
    Error.stackTraceLimit = FRAMES
    Error.captureStackTrace(holder, below)
    return typeof holder.stack === 'string' ? applicationFrame(holder.stack) : undefined
  } catch {
    // Somebody's Error.prepareStackTrace.
    return undefined
  } finally {
    Error.stackTraceLimit = before
  }
}
