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
  /** The scope out of which an error is being thrown now, through a function of ours. */
  throwing: Scope | undefined
  /** Requests that began before the instrumentation was set up, and whose server span has not begun. */
  readonly late: Set<Scope>
  /** Whether there was such a request. Code of a late request is recognised by its active span alone. */
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
  // A property and not a WeakMap, which costs the garbage collector microseconds per span.
  ofSpan: Symbol('lognitor.scope'),
}))
const { storage, root, traces } = scopes

/** The scope of the running code: the innermost `withScope`, else the request, else the process. */
export function currentScope(): Scope {
  return storage.getStore() ?? lateScope() ?? root
}

/** The root of all scopes. */
export function processScope(): Scope {
  return root
}

/** The scope of the current request. Undefined outside of any request. */
export function requestScope(): Scope | undefined {
  return (storage.getStore() ?? lateScope())?.requestScope
}

/**
 * Adds a request that began before the instrumentation was set up, so that none of its code runs in its scope. Its
 * server span, which begins later, is found by method and path. From then on its code is recognised by the active span.
 */
export function noteLateRequest(scope: Scope): void {
  scopes.hasLate = true
  scopes.late.add(scope)
  scope.onAnswered(() => scopes.late.delete(scope))
}

/**
 * The scope of the late request that this server span belongs to. Undefined if there is none. A claimed scope is not
 * claimed again.
 */
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

/** The scope in which a span began, as `setScopeOfSpan` recorded it. */
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

/** Creates a request's scope, a direct child of the process scope. */
export function createRequestScope(request: RequestFacts): Scope {
  return new Scope(root, request)
}

/** Runs the function in the scope, with everything it starts (timers, promises), and returns its result. */
export function runInScope<A extends unknown[], R>(scope: Scope, fn: (...args: A) => R, ...args: A): R {
  return storage.run(scope, fn, ...args)
}

/** Runs the function in a new scope below the current one: for a job, or a message from a queue. */
export function withScope<R>(fn: (scope: Scope) => R): R {
  const scope = new Scope(currentScope())
  return storage.run(scope, fn, scope)
}

/** Binds a server span to the scope of its request; see `scopeOfTrace`. Only the first span of a request is bound. */
export function bindServerSpan(
  { traceId, spanId }: Pick<SpanContext, 'traceId' | 'spanId'>,
  scope: Scope,
): void {
  if (scope.trace !== undefined || traceId === INVALID_TRACEID) return
  scope.setTrace({ trace_id: traceId, span_id: spanId })
  traces.bind(traceId, spanId, scope)
}

/** Called when the request is over; see `keepAnsweredScopes`. */
export function releaseTrace(traceId: string, scope: Scope): void {
  traces.release(traceId, scope)
}

/**
 * Makes `scopeOfTrace` find requests for a while after their answer, for callers that receive records late, such as an
 * exporter behind a batch processor. It costs memory, so other callers must not ask for it.
 */
export function keepAnsweredScopes(): void {
  traces.keepsAnswered = true
}

/**
 * The scope of a span or record that arrives outside of its request: found by the span where that was bound, else by
 * the trace. Undefined where neither was bound, and where several requests of this process share the trace and the span
 * is not known.
 */
export function scopeOfTrace(traceId: string, spanId?: string): Scope | undefined {
  return traces.find(traceId, spanId)
}

/**
 * Like `runInScope`, for functions that Node calls without a catch around them. When the function throws, the scope has
 * already been left by the time Node reports the exception as uncaught; `scopeOfThrow` then still knows it. The error
 * is not caught and thrown again, because Node would print our line as its origin.
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

/**
 * The scope out of which the current uncaught exception was thrown. Undefined where it is not known. Valid only in an
 * `uncaughtException` handler.
 */
export function scopeOfThrow(): Scope | undefined {
  return scopes.throwing
}

function noteThrow(scope: Scope): void {
  if (scopes.throwing !== undefined) return
  scopes.throwing = scope
  // Microtasks run after Node's exception handlers. Later exceptions have another scope.
  queueMicrotask(() => {
    scopes.throwing = undefined
  })
}
