import { AsyncResource } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { builtin } from './builtin.js'

/** A clock as an argument: tests pass their own, and none of them has to replace a global. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds of a monotonic clock, with a fraction. */
  monotonic(): number
  /** Runs `fn` once after `delayMs`. Never keeps the process alive. */
  setTimer(fn: () => void, delayMs: number): TimerHandle
  clearTimer(timer: TimerHandle | undefined): void
}

/** The result of `setTimer`, to be passed to `clearTimer` only. */
export type TimerHandle = unknown

/** Node fires a longer timer at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

// A timer keeps the async context in which it is set. Without this resource it would keep the async stores of a request
// in memory.
const home = new AsyncResource('LognitorTimer')

/**
 * Node's own timers, read when this package is loaded. An application's test may replace the global ones and those of
 * node:timers (`jest.useFakeTimers()`); delivery and its time limits still work.
 */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = builtin('node:timers')

const readMonotonic = performance.now.bind(performance)

export const systemClock: Clock = {
  // The global is read at each call, so that a test that sets the date sees it in its logs.
  now: () => Date.now(),
  monotonic: () => readMonotonic(),
  setTimer: (fn, delayMs) =>
    home.runInAsyncScope(() => setTimeout(fn, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS)).unref()),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
}
