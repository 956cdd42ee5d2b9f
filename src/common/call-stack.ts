/**
 * The stack of the running code as text: a head of one line, and a line for each frame. Empty where the stack cannot be
 * read, because an application's `Error.prepareStackTrace` may throw or return something else.
 * @param frames the most frames
 * @param below the function whose callers are wanted
 */
export function callStack(frames: number, below: (...args: never[]) => unknown = callStack): string {
  const before = Error.stackTraceLimit
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = frames
    Error.captureStackTrace(holder, below)
    return typeof holder.stack === 'string' ? holder.stack : ''
  } catch {
    return ''
  } finally {
    Error.stackTraceLimit = before
  }
}
