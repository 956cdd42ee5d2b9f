import type { Clock } from '../../src/common/clock.js'

/** A clock that moves only when a test moves it. */
export interface ManualClock extends Clock {
  /** Advances both times and runs, in order, every timer that falls due. */
  advance(ms: number): void
  /** Advances both times without running a timer, like a blocked event loop. */
  block(ms: number): void
  /** Number of timers that are set. */
  pending(): number
}

export function manualClock(startMs = Date.UTC(2026, 10, 23)): ManualClock {
  let elapsedMs = 0
  let nextId = 0
  const timers = new Map<number, { dueMs: number; fn: () => void }>()

  function runDue(untilMs: number): void {
    for (;;) {
      const [first] = [...timers].sort(([, a], [, b]) => a.dueMs - b.dueMs)
      if (first === undefined || first[1].dueMs > untilMs) return
      timers.delete(first[0])
      elapsedMs = Math.max(elapsedMs, first[1].dueMs)
      first[1].fn()
    }
  }

  return {
    now: () => startMs + elapsedMs,
    monotonic: () => elapsedMs,
    setTimer(fn, delayMs) {
      nextId += 1
      timers.set(nextId, { dueMs: elapsedMs + Math.max(0, delayMs), fn })
      return nextId
    },
    clearTimer(timer) {
      timers.delete(timer as number)
    },
    advance(ms) {
      const untilMs = elapsedMs + ms
      runDue(untilMs)
      elapsedMs = untilMs
    },
    block(ms) {
      elapsedMs += ms
    },
    pending: () => timers.size,
  }
}
