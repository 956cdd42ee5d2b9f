import type { SpanEventLike, SpanLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'

interface Recorded {
  readonly index: number
  readonly thrown: unknown
}

type RecordException = (this: SpanLike, exception: unknown, time?: unknown) => unknown
type Watched = SpanLike & { recordException?: RecordException }

const MOST_PER_SPAN = 128

const bySpan = new WeakMap<object, Recorded[]>()
/** The classes of spans whose `recordException` is ours. */
const wrapped = new WeakSet<object>()

/**
 * From here on the very objects are remembered that the span is given by `recordException`: an event holds their
 * words only, and whether two events are one failure is known by the object. The span's class is wrapped, once,
 * and not each span: this runs for every span there is.
 */
export function watchExceptions(span: SpanLike): void {
  const prototype = Object.getPrototypeOf(span) as Watched | null
  if (prototype === null || prototype === Object.prototype || wrapped.has(prototype)) return
  if (typeof prototype.recordException !== 'function') return
  wrapped.add(prototype)
  const own = Object.hasOwn(prototype, 'recordException') ? prototype.recordException : undefined
  prototype.recordException = function (...args) {
    const inherited = (Object.getPrototypeOf(prototype) as Watched).recordException
    const result = Reflect.apply((own ?? inherited) as RecordException, this, args)
    remember(this, args[0])
    return result
  }
}

/** What was thrown where this event stands, if it still says the same. */
export function recordedException(span: SpanLike, index: number, event: SpanEventLike): unknown {
  const recorded = bySpan.get(span)?.find((entry) => entry.index === index)
  if (recorded === undefined) return undefined
  // Over its limit a span drops its first events, and then the numbers no longer fit.
  const message = event.attributes?.['exception.message']
  const { thrown } = recorded
  const said = typeof thrown === 'string' ? thrown : readProperty(thrown, 'message')
  return message === undefined || message === said ? thrown : undefined
}

function remember(span: SpanLike, thrown: unknown): void {
  const count = readProperty(readProperty(span, 'events'), 'length')
  if (typeof count !== 'number') return
  const recorded = bySpan.get(span) ?? []
  if (recorded.length < MOST_PER_SPAN) recorded.push({ index: count - 1, thrown })
  bySpan.set(span, recorded)
}
