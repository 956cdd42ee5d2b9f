import type { Clock, TimerHandle } from '../common/clock.js'

/** Metadata key in a summary: the number of logs that were held back. */
export const DEDUP_COUNT_KEY = 'dedupCount'

/** The first log of a window, and how many equal logs were held back. */
export interface Held {
  readonly json: string
  readonly id: string
  readonly count: number
}

/** The errors sent recently, by fingerprint. */
export interface Duplicates {
  /** Counts a log inside the window of an equal one and returns the first log's id. Undefined outside of a window. */
  hold(fingerprint: string): string | undefined
  /** Opens the window of a log that was sent. */
  open(fingerprint: string, id: string, json: string): void
  /** Ends every window in which a log was held back. */
  release(): void
}

export interface DuplicatesOptions {
  /** Length of a window, read when each window opens; 0 turns windows off. */
  readonly windowMs: () => number
  readonly maxFingerprints: () => number
  /** Bound on the total length of the first logs, in UTF-16 units. */
  readonly maxTextLength?: number
  readonly clock: Clock
  /** Called at the end of a window in which logs were held back. */
  readonly summarise: (held: Held) => void
}

interface Window {
  readonly endsAtMs: number
  readonly json: string
  readonly id: string
  count: number
}

/** Beyond either bound the oldest window ends early and its summary is sent, so that no held log is lost. */
export function createDuplicates(options: DuplicatesOptions): Duplicates {
  const { windowMs, maxFingerprints, maxTextLength = 16 * 1024 * 1024, clock, summarise } = options
  // Ordered by their beginning. Unless the length was changed, this is also the order of their end.
  const windows = new Map<string, Window>()
  let textLength = 0
  let timer: TimerHandle | undefined

  function end(fingerprint: string, window: Window): void {
    windows.delete(fingerprint)
    textLength -= window.json.length
    if (window.count > 0) summarise(window)
  }

  function endPast(): void {
    const now = clock.monotonic()
    for (const [fingerprint, window] of windows) {
      if (window.endsAtMs > now) break
      end(fingerprint, window)
    }
  }

  function onTimer(): void {
    timer = undefined
    endPast()
    arm()
  }

  function arm(): void {
    const oldest = windows.values().next().value
    if (timer !== undefined || oldest === undefined) return
    timer = clock.setTimer(onTimer, Math.max(1, oldest.endsAtMs - clock.monotonic()))
  }

  return {
    hold(fingerprint) {
      // While the event loop is blocked no timer runs, so windows that are over are ended here.
      endPast()
      const window = windows.get(fingerprint)
      if (window === undefined) return undefined
      window.count += 1
      return window.id
    },
    open(fingerprint, id, json) {
      const lengthMs = windowMs()
      if (lengthMs <= 0 || maxFingerprints() < 1) return
      for (const [oldest, window] of windows) {
        if (windows.size < maxFingerprints() && textLength + json.length <= maxTextLength) break
        end(oldest, window)
      }
      windows.set(fingerprint, { endsAtMs: clock.monotonic() + lengthMs, json, id, count: 0 })
      textLength += json.length
      arm()
    },
    release() {
      for (const [fingerprint, window] of windows) {
        if (window.count > 0) end(fingerprint, window)
      }
    },
  }
}
