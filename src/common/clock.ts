import { performance } from 'node:perf_hooks'
import { builtin } from './builtin.js'
import { runInRootAsyncScope } from './root-async-scope.js'

/** Time as a part one can exchange: tests bring their own, so that none of them replaces a global. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds that only go forward, with a fraction. */
  monotonic(): number
  /** Runs `fn` once after `delayMs`. Never keeps the process alive. */
  setTimer(fn: () => void, delayMs: number): TimerHandle
  clearTimer(timer: TimerHandle | undefined): void
}

/** What `setTimer` gave; only `clearTimer` looks inside. */
export type TimerHandle = unknown

/** Node fires a longer timer at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Node's own timers, taken when this package is loaded. An application's test may replace the global ones, and
 * those of node:timers, by timers that stand still (`jest.useFakeTimers()`); delivery and its time limits go on.
 */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = builtin('node:timers')

/**
 * What a timer calls when it limits the wait for a socket. Timers run before sockets are read: after a blocked event loop
 * the answer, or the connection, may be there but unread. An immediate runs after the sockets are read.
 */
export function afterSockets(giveUp: () => void): () => void {
  return () => void setImmediate(giveUp)
}

const readMonotonic = performance.now.bind(performance)

export const systemClock: Clock = {
  // The global, read at each call: a test that sets the date sees it in its logs.
  now: () => Date.now(),
  monotonic: () => readMonotonic(),
  setTimer: (fn, delayMs) =>
    runInRootAsyncScope(() => setTimeout(fn, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS)).unref()),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
}
