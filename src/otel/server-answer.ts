import type { OnAnswered } from '../scope/scope.js'
import type { SpanLike } from '../translate/otel.js'

/** A stream's span may stay open for hours. */
const MOST_WAITING = 128

/**
 * The answer of a request that our HTTP instrumentation does not see: its server span tells, when it ends, how the request
 * was answered. The spans below it hold on to it, and nothing else does: one that never ends is left to the garbage
 * collector with them.
 */
export class ServerAnswer {
  #waiting: OnAnswered[] = []
  #endedAtMs: number | undefined
  #status: number | undefined

  /**
   * Runs once with the status: when the span ends, or at once when it has. With undefined for what happened only
   * after it; of more than 128 that wait the oldest is told undefined.
   * @param atMs when it happened, on the monotonic clock
   */
  onAnswered(hook: OnAnswered, atMs: number): void {
    if (this.#endedAtMs !== undefined) hook(atMs > this.#endedAtMs ? undefined : this.#status)
    else if (this.#waiting.push(hook) > MOST_WAITING) this.#waiting.shift()?.(undefined)
  }

  end({ attributes }: SpanLike): void {
    const status = attributes['http.response.status_code'] ?? attributes['http.status_code']
    this.#status = typeof status === 'number' ? status : undefined
    this.#endedAtMs = performance.now()
    for (const hook of this.#waiting.splice(0)) hook(this.#status)
  }
}
