/** Files of the instrumentations of frameworks, as npm, pnpm and yarn lay them out. */
const FRAMEWORK_FILE =
  /[\\/](?:@opentelemetry[\\/]instrumentation-[a-z0-9-]{1,60}|@(?:fastify|hono)[\\/]otel)[\\/]/
/** Ours, and the span's own method. */
const FRAMES = 6

/**
 * Whether the function that called the span's method lies in an instrumentation of a framework. In a bundle its file
 * does not tell, and the answer is no.
 *
 * @param below the function whose callers are looked at: ours come first, and then the one that is meant
 */
export function callerIsFramework(below: (...args: never[]) => unknown): boolean {
  const before = Error.stackTraceLimit
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = FRAMES
    Error.captureStackTrace(holder, below)
    return typeof holder.stack === 'string' && FRAMEWORK_FILE.test(callerLine(holder.stack))
  } catch {
    // Somebody's Error.prepareStackTrace.
    return false
  } finally {
    Error.stackTraceLimit = before
  }
}

/** Below the head of the stack: the wrapped method, twice, and then the line of whoever called it. */
function callerLine(stack: string): string {
  return stack.split('\n')[3] ?? ''
}
