import type { OnAnswered } from '../scope/scope.js'
import type { SpanLike } from '../translate/otel.js'
import { firstStatusCode } from '../translate/span-http.js'

/** Bounds the hooks of one span, which may stay open for hours when it belongs to a stream. */
const MOST_WAITING = 128

/**
 * The answer of a request that our HTTP instrumentation does not see. Its server span tells the status when it ends.
 * Only the spans below it reference this object, so that of a span that never ends the garbage collector frees it with
 * them.
 */
export class ServerAnswer {
  #waiting: OnAnswered[] = []
  #endedAtMs: number | undefined
  #status: number | undefined

  /**
   * Calls the hook once with the status: when the span ends, or at once where it has ended. The status is undefined for
   * a failure that happened after the end. Where more than 128 hooks wait, the oldest is called with undefined.
   * @param atMs when the failure happened, in milliseconds on the monotonic clock
   */
  onAnswered(hook: OnAnswered, atMs: number): void {
    if (this.#endedAtMs !== undefined) hook(atMs > this.#endedAtMs ? undefined : this.#status)
    else if (this.#waiting.push(hook) > MOST_WAITING) this.#waiting.shift()?.(undefined)
  }

  end({ attributes }: SpanLike): void {
    this.#status = firstStatusCode(attributes)
    this.#endedAtMs = performance.now()
    for (const hook of this.#waiting.splice(0)) hook(this.#status)
  }
}
