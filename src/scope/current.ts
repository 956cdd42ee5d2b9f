import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestFacts } from './scope.js'
import { Scope } from './scope.js'
import { ThrownScopes } from './thrown-scopes.js'
import { TraceScopes } from './trace-scopes.js'

interface Shared {
  readonly storage: AsyncLocalStorage<Scope>
  readonly process: Scope
  readonly traces: TraceScopes
  readonly thrown: ThrownScopes
}

// The ES module and the CommonJS build are two copies of this file in one process.
const SHARED = Symbol.for('lognitor.scope.v1')
const holder = globalThis as { [SHARED]?: Shared }
holder[SHARED] ??= {
  storage: new AsyncLocalStorage<Scope>(),
  process: new Scope(),
  traces: new TraceScopes(),
  thrown: new ThrownScopes(),
}
const { storage, process, traces, thrown } = holder[SHARED]

/** Where the code runs: the innermost `withScope`, else the request, else the process. */
export function currentScope(): Scope {
  return storage.getStore() ?? process
}

/** The scope under all others. */
export function processScope(): Scope {
  return process
}

/** The request the code runs in, or undefined outside of any. */
export function requestScope(): Scope | undefined {
  return storage.getStore()?.requestScope
}

/** A request's scope, directly under the process's. */
export function createRequestScope(request: RequestFacts): Scope {
  return new Scope(process, request)
}

/** Runs the function in the scope, with what it starts (timers, promises), and gives its result. */
export function runInScope<A extends unknown[], R>(scope: Scope, fn: (...args: A) => R, ...args: A): R {
  return storage.run(scope, fn, ...args)
}

/** Puts the rest of the current synchronous execution, and what it starts, into the scope. */
export function enterScope(scope: Scope): void {
  storage.enterWith(scope)
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

/**
 * The scope a span or record belongs to when it arrives outside of its request: by the span when that
 * was bound, else by the trace. Undefined when nobody bound it, and when several requests of this
 * process share the trace and the span is not known.
 */
export function scopeOfTrace(traceId: string, spanId?: string): Scope | undefined {
  return traces.find(traceId, spanId)
}

/** Remembers where a value was thrown; the scope is over by the time Node calls it uncaught. */
export function bindThrown(thrownValue: unknown, scope: Scope): void {
  thrown.bind(thrownValue, scope)
}

/** Where an uncaught value was thrown, when it passed through an entrance of ours. */
export function scopeOfThrown(thrownValue: unknown): Scope | undefined {
  return thrown.find(thrownValue)
}
