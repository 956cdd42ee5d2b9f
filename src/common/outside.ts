import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import type { Clock } from './clock.js'
import { runInRootAsyncScope } from './root-async-scope.js'

/** The key under which OpenTelemetry's SDKs look before they trace; equal in all of their versions. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

const untraced = ROOT_CONTEXT.setValue(SUPPRESSED, true)

/** Runs what belongs to delivery where neither tracing nor the current request's state can see it. */
export function outside<T>(fn: () => T): T {
  return runInRootAsyncScope(() => context.with(untraced, fn))
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
