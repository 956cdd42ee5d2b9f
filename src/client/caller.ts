import { applicationFrame } from '../translate/stack.js'

const FRAMES = 12

/** `file:line` of the application's code that called us, or undefined when there is none to be seen. */
export function callerSource(below: (...args: never[]) => unknown): string | undefined {
  const before = Error.stackTraceLimit
  const holder: { stack?: string } = {}
  try {
    Error.stackTraceLimit = FRAMES
    Error.captureStackTrace(holder, below)
    const frame = typeof holder.stack === 'string' ? applicationFrame(holder.stack) : undefined
    return frame && `${frame.file}:${frame.line}`
  } catch {
    // Somebody's Error.prepareStackTrace.
    return undefined
  } finally {
    Error.stackTraceLimit = before
  }
}
