import { shared } from '../common/shared.js'
import type { Trace } from '../wire/log.js'

/** For each thrown object, the span that first recorded it in the latest trace. */
const traces = shared('thrown-traces', () => new WeakMap<object, Trace>())

/** Remembers which span recorded an error, because a later `captureException` may run outside of that span. */
export function rememberThrown(thrown: unknown, trace: Trace): void {
  if (typeof thrown !== 'object' || thrown === null) return
  // One error object may be thrown in many traces.
  if (traces.get(thrown)?.trace_id !== trace.trace_id) traces.set(thrown, trace)
}

/** The trace and span that recorded this very object. Undefined where no span did. */
export function traceOfThrown(thrown: unknown): Trace | undefined {
  return typeof thrown === 'object' && thrown !== null ? traces.get(thrown) : undefined
}
