import { setImmediate, systemClock } from '../../common/clock.js'

/** Longest time that one piece of work runs before the event loop runs other work. */
const SLICE_MS = 8

const waiting: (() => void)[] = []

/** Divides long work, such as a search over everything that the inbox holds, into slices. */
export class Rest {
  #endsAt = 0

  /** Whether the slice is over, so that the work has to wait for {@link turn}. The first slice begins with a turn too. */
  isDue(): boolean {
    return systemClock.monotonic() >= this.#endsAt
  }

  /** Waits for a new slice. Of all work that waits, each turn of the event loop runs one slice. */
  async turn(): Promise<void> {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (waiting.length === 1) setImmediate(runNext)
    })
    this.#endsAt = systemClock.monotonic() + SLICE_MS
  }
}

function runNext(): void {
  const [next] = waiting
  next?.()
  waiting.shift()
  if (waiting.length > 0) setImmediate(runNext)
}
