import { metrics } from '@opentelemetry/api'
import type { ExitParticipant } from '../exit/exit-participant.js'

/** A span or log record processor, or a meter provider. */
export interface Flushable {
  forceFlush(): Promise<void>
}

/**
 * Flushes the exporters that the environment names at the end of the process: what their batches hold is sent before a
 * signal or the natural end ends the process, within the same time as the client's own logs. Nothing is counted as lost
 * here, because a failed export is handled by the exporter.
 */
export class ExporterEnd implements ExitParticipant {
  readonly capturesCrashes = false
  readonly canSendSynchronously = false
  readonly hasCallers = false
  readonly #flushOnExitMs: () => number
  readonly #processors: readonly Flushable[]
  #isDirty: boolean
  #flushed: Promise<void> = Promise.resolve()
  #endsAt: number | undefined

  /**
   * @param hasMetrics whether the meter provider may have something to flush; nothing marks new metrics
   * @param flushOnExitMs the limit in milliseconds; read at the end
   */
  constructor(processors: readonly object[], hasMetrics: boolean, flushOnExitMs: () => number) {
    this.#processors = processors as Flushable[]
    this.#isDirty = hasMetrics
    this.#flushOnExitMs = flushOnExitMs
  }

  /** Milliseconds left for an export that begins now. Undefined while the process is not at its end. */
  readonly limitMs = (): number | undefined =>
    this.#endsAt === undefined ? undefined : this.#endsAt - performance.now()

  get flushOnExitMs(): number {
    return this.#flushOnExitMs()
  }

  get undeliveredCount(): number {
    return this.#isDirty ? 1 : 0
  }

  /**
   * A span or log record processor, added beside those of the exporters, that notes that there is something to flush.
   */
  marker(): object {
    const note = () => {
      this.#isDirty = true
    }
    const nothing = async () => {}
    return { onStart() {}, onEnd: note, onEmit: note, forceFlush: nothing, shutdown: nothing }
  }

  /** @param timeoutMs milliseconds; 0 starts the flush without waiting for it, because the process may continue */
  async flush(timeoutMs: number): Promise<boolean> {
    this.#isDirty = false
    if (timeoutMs > 0) this.#endsAt = performance.now() + timeoutMs
    // A processor that is being flushed does not wait for that when it is flushed again.
    this.#flushed = Promise.all([this.#flushed, this.#flushAll()]).then(() => {})
    const isInTime = await within(timeoutMs, this.#flushed)
    this.#endsAt = undefined
    return isInTime
  }

  giveUpWaiting(): () => void {
    return () => {}
  }

  releaseHeld(): void {}

  undelivered(): readonly [] {
    return []
  }

  applyAnswers(): void {}

  capture(): () => void {
    return () => {}
  }

  drop(): void {}

  publish(onChange: (undelivered: number) => void): void {
    onChange(0)
  }

  async #flushAll(): Promise<void> {
    const provider = metrics.getMeterProvider() as Partial<Flushable>
    const flushes = [...this.#processors.map((one) => one.forceFlush()), provider.forceFlush?.()]
    await Promise.allSettled(flushes)
  }
}

/** Whether the work settled within the time. Keeps the process alive for no longer. */
function within(timeoutMs: number, work: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs)
    void work.then(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
