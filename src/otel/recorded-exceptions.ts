import type { SpanEventLike, SpanLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'

interface Recorded {
  readonly index: number
  readonly thrown: unknown
}

type RecordException = (this: SpanLike, exception: unknown, time?: unknown) => unknown
type Watched = SpanLike & { recordException?: RecordException }

const MOST_PER_SPAN = 128

/**
 * Remembers the very objects that spans were given by `recordException`: an event holds their words only, and
 * whether two events are one failure is known by the object.
 */
export class RecordedExceptions {
  readonly #bySpan = new WeakMap<object, Recorded[]>()
  readonly #record: RecordException

  constructor() {
    const bySpan = this.#bySpan
    // One function for all spans, and not a closure for each: this runs for every span there is.
    this.#record = function (exception, time) {
      const original = Object.getPrototypeOf(this).recordException as RecordException
      const result = original.call(this, exception, time)
      const count = readProperty(readProperty(this, 'events'), 'length')
      if (typeof count !== 'number') return result
      const recorded = bySpan.get(this) ?? []
      if (recorded.length < MOST_PER_SPAN) recorded.push({ index: count - 1, thrown: exception })
      bySpan.set(this, recorded)
      return result
    }
  }

  watch(span: SpanLike): void {
    const watched: Watched = span
    if (typeof watched.recordException !== 'function') return
    // Somebody has put a method of their own on this span; going by the prototype would pass it over.
    if (Object.hasOwn(watched, 'recordException')) return
    watched.recordException = this.#record
  }

  /** What was thrown where this event stands, if it still says the same. */
  find(span: SpanLike, index: number, event: SpanEventLike): unknown {
    const recorded = this.#bySpan.get(span)?.find((entry) => entry.index === index)
    if (recorded === undefined) return undefined
    // Over its limit a span drops its first events, and then the numbers no longer fit.
    const message = event.attributes?.['exception.message']
    const { thrown } = recorded
    const said = typeof thrown === 'string' ? thrown : readProperty(thrown, 'message')
    return message === undefined || message === said ? thrown : undefined
  }
}
