import type { Log } from '../wire/log.js'

/** The request and the trace in which something happened. */
export interface Occasion {
  /** Undefined where the log has none. */
  readonly requestId: string | undefined
  readonly traceId: string | undefined
}

/** The request and the trace of a log. */
export function occasionOf({ request_id, trace }: Log): Occasion {
  return { requestId: request_id, traceId: trace?.trace_id }
}

interface Placed<T> {
  readonly known: T
  readonly occasion: Occasion
  readonly sinceMs: number
}

/** For so long, something without a request or trace counts as the same as what is already known. */
const NOWHERE_MS = 60_000

/**
 * What is known of one error object, or of one text, by the requests and traces in which it occurred: an object that is
 * created once and thrown for each request is that many failures. Beyond the limit the oldest occasion is forgotten.
 */
export class Occasions<T> {
  readonly #limit: number
  readonly #placed = new Map<string, Placed<T>>()
  #latest: Placed<T> | undefined
  /** What came without a request or trace. The first occasion that has one takes it over. */
  #unplaced: Placed<T> | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * What is known of the same occasion: the same request, or the same trace where one of the two has no request. For an
   * occasion without either: what became known less than a minute ago.
   */
  find(occasion: Occasion, nowMs: number): T | undefined {
    const { requestId, traceId } = occasion
    if (requestId === undefined && traceId === undefined) return recent(this.#latest, nowMs)
    const sameRequest = requestId === undefined ? undefined : this.#placed.get(`r${requestId}`)
    if (sameRequest !== undefined) return sameRequest.known
    const sameTrace = traceId === undefined ? undefined : this.#placed.get(`t${traceId}`)
    if (sameTrace && (requestId === undefined || sameTrace.occasion.requestId === undefined)) {
      return sameTrace.known
    }
    return recent(this.#unplaced, nowMs)
  }

  /** Remembers the value for this occasion too. */
  add(occasion: Occasion, known: T, nowMs: number): void {
    const placed = { known, occasion, sinceMs: nowMs }
    const { requestId, traceId } = occasion
    if (this.#latest?.known !== known) this.#latest = placed
    if (requestId === undefined && traceId === undefined) {
      if (this.#unplaced?.known !== known) this.#unplaced = placed
      return
    }
    this.#unplaced = undefined
    if (requestId !== undefined) this.#place(`r${requestId}`, placed)
    if (traceId !== undefined) this.#place(`t${traceId}`, placed)
  }

  /** @returns whether a value is still known */
  forget(known: T): boolean {
    for (const [key, placed] of this.#placed) if (placed.known === known) this.#placed.delete(key)
    if (this.#latest?.known === known) this.#latest = undefined
    if (this.#unplaced?.known === known) this.#unplaced = undefined
    return this.#placed.size > 0 || this.#latest !== undefined || this.#unplaced !== undefined
  }

  #place(key: string, placed: Placed<T>): void {
    this.#placed.delete(key)
    this.#placed.set(key, placed)
    if (this.#placed.size <= this.#limit) return
    for (const oldest of this.#placed.keys()) {
      this.#placed.delete(oldest)
      return
    }
  }
}

function recent<T>(placed: Placed<T> | undefined, nowMs: number): T | undefined {
  return placed !== undefined && nowMs - placed.sinceMs < NOWHERE_MS ? placed.known : undefined
}
