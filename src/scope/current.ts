import { AsyncLocalStorage } from 'node:async_hooks'
import { INVALID_TRACEID, type SpanContext, trace } from '@opentelemetry/api'
import { shared } from '../common/shared.js'
import type { RequestFacts } from './scope.js'
import { Scope } from './scope.js'
import { TraceScopes } from './trace-scopes.js'

interface Scopes {
  readonly storage: AsyncLocalStorage<Scope>
  readonly root: Scope
  readonly traces: TraceScopes
  /** Where something is being thrown right now, past an entry point of ours. */
  throwing: Scope | undefined
  /** Requests that began before anybody watched them, and whose server span has not begun. */
  readonly late: Set<Scope>
  /** Whether there was such a request: then code may run in a request and be known by its span alone. */
  hasLate: boolean
  readonly ofSpan: symbol
}

const scopes = shared<Scopes>('scopes', () => ({
  storage: new AsyncLocalStorage<Scope>(),
  root: new Scope(),
  traces: new TraceScopes(),
  throwing: undefined,
  late: new Set(),
  hasLate: false,
  // A property and not a WeakMap, which costs the garbage collector microseconds a span.
  ofSpan: Symbol('lognitor.scope'),
}))
const { storage, root, traces } = scopes

/** Where the code runs: the innermost `withScope`, else the request, else the process. */
export function currentScope(): Scope {
  return storage.getStore() ?? lateScope() ?? root
}

/** The scope under all others. */
export function processScope(): Scope {
  return root
}

/** The request the code runs in, or undefined outside of any. */
export function requestScope(): Scope | undefined {
  return (storage.getStore() ?? lateScope())?.requestScope
}

/**
 * A request that began before anybody watched it: no code of it runs in its scope. Its server span, which begins later,
 * is found by method and path, and from then on the code is known by its active span.
 */
export function noteLateRequest(scope: Scope): void {
  scopes.hasLate = true
  scopes.late.add(scope)
  scope.onAnswered(() => scopes.late.delete(scope))
}

/** The scope of a late request that this server span belongs to, if there is one; it is then no longer looked for. */
export function claimLateRequest(method: unknown, path: unknown): Scope | undefined {
  for (const scope of scopes.late) {
    const { request } = scope
    if (request?.method !== method || request?.path?.split('?', 1)[0] !== path) continue
    scopes.late.delete(scope)
    return scope
  }
  return undefined
}

type Scoped = { [ofSpan: symbol]: Scope | undefined }

/** The scope that a span began in, as `setScopeOfSpan` was told. */
export function scopeOfSpan(span: object): Scope | undefined {
  return (span as Scoped)[scopes.ofSpan]
}

export function setScopeOfSpan(span: object, scope: Scope): void {
  ;(span as Scoped)[scopes.ofSpan] = scope
}

function lateScope(): Scope | undefined {
  const span = scopes.hasLate ? trace.getActiveSpan() : undefined
  return span && scopeOfSpan(span)
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

/** Remembers that this is the server span of the scope's request; see `scopeOfTrace`. The first one counts. */
export function bindServerSpan(
  { traceId, spanId }: Pick<SpanContext, 'traceId' | 'spanId'>,
  scope: Scope,
): void {
  if (scope.trace !== undefined || traceId === INVALID_TRACEID) return
  scope.setTrace({ trace_id: traceId, span_id: spanId })
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
