import { metrics } from '@opentelemetry/api'
import type { Guest } from '../process/guest.js'

interface Flushable {
  forceFlush(): Promise<void>
}

/**
 * The exporters that the environment names, as the end of the process sees them: what their batches hold leaves
 * before a signal or the natural end ends the process, within the same time as the client's own. Nothing of it is
 * counted as lost: what they do with a failed export is theirs.
 */
export class ExporterEnd implements Guest {
  readonly capturesCrashes = false
  readonly destination = undefined
  readonly hasCallers = false
  readonly #patienceMs: () => number
  readonly #processors: readonly Flushable[]
  #isDirty: boolean
  #endsAt: number | undefined

  /**
   * @param hasMetrics whether the meter provider has something to flush, of which nobody tells
   * @param patienceMs asked at the end
   */
  constructor(processors: readonly object[], hasMetrics: boolean, patienceMs: () => number) {
    this.#processors = processors as Flushable[]
    this.#isDirty = hasMetrics
    this.#patienceMs = patienceMs
  }

  /** Milliseconds left for an export that begins now; undefined while this is no end. */
  readonly limitMs = (): number | undefined =>
    this.#endsAt === undefined ? undefined : this.#endsAt - performance.now()

  get patienceMs(): number {
    return this.#patienceMs()
  }

  get undeliveredCount(): number {
    return this.#isDirty ? 1 : 0
  }

  /** A span or log record processor that stands beside the exporters' and notes that there is something. */
  marker(): object {
    const note = () => {
      this.#isDirty = true
    }
    const nothing = async () => {}
    return { onStart() {}, onEnd: note, onEmit: note, forceFlush: nothing, shutdown: nothing }
  }

  /** @param timeoutMs 0 begins to flush and waits for nothing: the process may live on */
  async flush(timeoutMs: number): Promise<boolean> {
    this.#isDirty = false
    if (timeoutMs > 0) this.#endsAt = performance.now() + timeoutMs
    const flushed = this.#flushAll()
    const isInTime = await within(timeoutMs, flushed)
    this.#endsAt = undefined
    return isInTime
  }

  lastCall(): () => void {
    return () => {}
  }

  letGo(): void {}

  undelivered(): readonly [] {
    return []
  }

  conclude(): void {}

  capture(): () => void {
    return () => {}
  }

  lose(): void {}

  publish(tell: (undelivered: number) => void): void {
    tell(0)
  }

  async #flushAll(): Promise<void> {
    const provider = metrics.getMeterProvider() as Partial<Flushable>
    const flushes = [...this.#processors.map((one) => one.forceFlush()), provider.forceFlush?.()]
    await Promise.allSettled(flushes)
  }
}

/** Whether the work has settled in so many milliseconds. Keeps the process alive for no longer. */
function within(timeoutMs: number, work: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs)
    void work.then(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
