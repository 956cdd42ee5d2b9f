import { AsyncResource } from 'node:async_hooks'
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import type { Clock } from '../../common/clock.js'

/** The key with which OpenTelemetry's SDKs suppress tracing; equal in all of their versions. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

// Sockets and timers keep the async context in which they were created. Without this resource, a pooled connection
// would keep the first request that used it, and all its async local stores, in memory. Created when this file is
// loaded, since a client may be created or reconfigured during a request.
const home = new AsyncResource('LognitorDelivery')
const untraced = ROOT_CONTEXT.setValue(SUPPRESSED, true)

/** Runs `fn` without tracing and outside of the current async context. */
export function outside<T>(fn: () => T): T {
  return home.runInAsyncScope(() => context.with(untraced, fn))
}

/** A clock whose timers run outside of the async context in which they are set. */
export function outsideClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer: (fn, delayMs) => outside(() => clock.setTimer(fn, delayMs)),
    clearTimer: (timer) => clock.clearTimer(timer),
  }
}
