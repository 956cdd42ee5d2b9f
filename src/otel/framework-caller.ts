import { callStack } from '../common/call-stack.js'

/** File paths of the framework instrumentations, as npm, pnpm and yarn lay them out. */
const FRAMEWORK_FILE =
  /[\\/](?:@opentelemetry[\\/]instrumentation-[a-z0-9-]{1,60}|@(?:fastify|hono)[\\/]otel)[\\/]/
/** Frames of this package and the span's own method. */
const FRAMES = 6

/**
 * Whether the function that called the span's method belongs to an instrumentation of a framework. False in a bundle,
 * where the file name does not show it.
 *
 * @param below the function whose callers are inspected: first frames of this package, then the caller in question
 */
export function callerIsFramework(below: (...args: never[]) => unknown): boolean {
  // Below the head of the stack stand two frames of the wrapped method, and then the line of the caller.
  return FRAMEWORK_FILE.test(callStack(FRAMES, below).split('\n')[3] ?? '')
}
