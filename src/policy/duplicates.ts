import type { Clock, TimerHandle } from '../common/clock.js'

/** In a summary's metadata: how many logs were held back. */
export const DEDUP_COUNT_KEY = 'dedupCount'

/** The first log of a window and how many like it were held back. */
export interface Held {
  readonly json: string
  readonly id: string
  readonly count: number
}

/** The errors sent lately, by fingerprint. */
export interface Duplicates {
  /** Within the window of one like it: counts this one and gives the first one's id. */
  hold(fingerprint: string): string | undefined
  /** Begins the window of a log that was sent. */
  open(fingerprint: string, id: string, json: string): void
  /** Ends every window in which something was held back. */
  release(): void
}

export interface DuplicatesOptions {
  /** How long a window lasts, asked anew for each; 0 for none. */
  readonly windowMs: () => number
  readonly maxFingerprints: () => number
  /** Bound on the first logs' texts, in UTF-16 units. */
  readonly maxTextLength?: number
  readonly clock: Clock
  /** Called at a window's end when something was held back. */
  readonly summarise: (held: Held) => void
}

interface Window {
  readonly endsAtMs: number
  readonly json: string
  readonly id: string
  count: number
}

/** Beyond either bound the oldest window ends early, its summary included: nothing held is lost. */
export function createDuplicates(options: DuplicatesOptions): Duplicates {
  const { windowMs, maxFingerprints, maxTextLength = 16 * 1024 * 1024, clock, summarise } = options
  // In the order of their beginning, and so, but for a changed length, of their end.
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
      // A blocked event loop lets no timer run, but windows end all the same.
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
