import { shared } from '../common/shared.js'
import type { Trace } from '../wire/log.js'

/** By what was thrown: of the trace that it came in last, the span that recorded it first. */
const traces = shared('thrown-traces', () => new WeakMap<object, Trace>())

/** Remembers which span recorded an error: who captures it by hand later may stand outside of that span. */
export function rememberThrown(thrown: unknown, trace: Trace): void {
  if (typeof thrown !== 'object' || thrown === null) return
  // An object that is made once comes in many traces.
  if (traces.get(thrown)?.trace_id !== trace.trace_id) traces.set(thrown, trace)
}

/** Where a span recorded this very object, or undefined. */
export function traceOfThrown(thrown: unknown): Trace | undefined {
  return typeof thrown === 'object' && thrown !== null ? traces.get(thrown) : undefined
}
