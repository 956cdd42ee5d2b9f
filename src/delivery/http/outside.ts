import { AsyncResource } from 'node:async_hooks'
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import type { Clock } from '../../common/clock.js'

/** The key under which OpenTelemetry's SDKs look before they trace; equal in all of their versions. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

// Sockets and timers remember the context they were made in: without this, a pooled connection would hold on to the
// first request that used it, and every async local store of the application with it. Made when this file is loaded,
// since a client may be made, or reconfigured, in a request as well.
const home = new AsyncResource('LognitorDelivery')
const untraced = ROOT_CONTEXT.setValue(SUPPRESSED, true)

/** Runs what belongs to delivery where neither tracing nor the current request's state can see it. */
export function outside<T>(fn: () => T): T {
  return home.runInAsyncScope(() => context.with(untraced, fn))
}

/** The same clock, whose timers keep nothing of the request in which they are set. */
export function outsideClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer: (fn, delayMs) => outside(() => clock.setTimer(fn, delayMs)),
    clearTimer: (timer) => clock.clearTimer(timer),
  }
}
