import { AsyncLocalStorage } from 'node:async_hooks'
import { shared } from '../shared.js'
import type { RequestFacts } from './scope.js'
import { Scope } from './scope.js'
import { TraceScopes } from './trace-scopes.js'

interface Scopes {
  readonly storage: AsyncLocalStorage<Scope>
  readonly root: Scope
  readonly traces: TraceScopes
  /** Where something is being thrown right now, past an entrance of ours. */
  throwing: Scope | undefined
}

const scopes = shared<Scopes>('scopes', () => ({
  storage: new AsyncLocalStorage<Scope>(),
  root: new Scope(),
  traces: new TraceScopes(),
  throwing: undefined,
}))
const { storage, root, traces } = scopes

/** Where the code runs: the innermost `withScope`, else the request, else the process. */
export function currentScope(): Scope {
  return storage.getStore() ?? root
}

/** The scope under all others. */
export function processScope(): Scope {
  return root
}

/** The request the code runs in, or undefined outside of any. */
export function requestScope(): Scope | undefined {
  return storage.getStore()?.requestScope
}

/** A request's scope, directly under the process's. */
export function createRequestScope(request: RequestFacts): Scope {
  return new Scope(root, request)
}

/** Runs the function in the scope, with what it starts (timers, promises), and gives its result. */
export function runInScope<A extends unknown[], R>(scope: Scope, fn: (...args: A) => R, ...args: A): R {
  return storage.run(scope, fn, ...args)
}

/** Runs the function in a scope of its own below the current one: a job, a message from a queue. */
export function withScope<R>(fn: (scope: Scope) => R): R {
  const scope = new Scope(currentScope())
  return storage.run(scope, fn, scope)
}

/** Remembers whose span this is; see `scopeOfTrace`. Ids as OpenTelemetry writes them. */
export function bindTrace(traceId: string, spanId: string, scope: Scope): void {
  traces.bind(traceId, spanId, scope)
}

/** The request is over; see `keepAnsweredScopes`. */
export function releaseTrace(traceId: string, scope: Scope): void {
  traces.release(traceId, scope)
}

/**
 * From now on `scopeOfTrace` knows requests for a while after their answer. For whoever gets records late,
 * such as an exporter behind a batch processor; it is not free, so nobody else should ask for it.
 */
export function keepAnsweredScopes(): void {
  traces.keepsAnswered = true
}

/**
 * The scope a span or record belongs to when it arrives outside of its request: by the span when that
 * was bound, else by the trace. Undefined when nobody bound it, and when several requests of this
 * process share the trace and the span is not known.
 */
export function scopeOfTrace(traceId: string, spanId?: string): Scope | undefined {
  return traces.find(traceId, spanId)
}

/**
 * Like `runInScope`, for what Node calls without a catch around it. What the function throws leaves the
 * scope before Node reports it as uncaught; `scopeOfThrow` still knows it then. Nothing is caught and
 * thrown again, for Node would print our line as the place of the error.
 */
export function runUncaughtInScope<A extends unknown[], R>(
  scope: Scope,
  fn: (...args: A) => R,
  ...args: A
): R {
  let returned = false
  try {
    const result = storage.run(scope, fn, ...args)
    returned = true
    return result
  } finally {
    if (!returned) noteThrow(scope)
  }
}

/** In an `uncaughtException` handler: the scope the error was just thrown out of, where that is known. */
export function scopeOfThrow(): Scope | undefined {
  return scopes.throwing
}

function noteThrow(scope: Scope): void {
  if (scopes.throwing !== undefined) return
  scopes.throwing = scope
  // Microtasks run after Node's handlers of the exception; whatever is thrown later is another story.
  queueMicrotask(() => {
    scopes.throwing = undefined
  })
}
