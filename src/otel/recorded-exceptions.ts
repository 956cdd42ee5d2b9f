import { rememberThrown } from '../scope/thrown-trace.js'
import { shared } from '../shared.js'
import type { SpanEventLike, SpanLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'
import { methodWrapper } from '../wrap-method.js'

interface Recorded {
  readonly index: number
  readonly thrown: unknown
}

const MOST_PER_SPAN = 128

const bySpan = shared('exceptions', () => new WeakMap<object, Recorded[]>())
const wrapRecording = methodWrapper('exceptions', 'recordException', (record, span, args) => {
  const result = Reflect.apply(record, span, args)
  remember(span, args[0])
  return result
})

/**
 * From here on the very objects are remembered that the span is given by `recordException`: an event holds their
 * words only, and whether two events are one failure is known by the object. The span's class is wrapped, once,
 * and not each span: this runs for every span there is.
 */
export function watchExceptions(span: SpanLike): void {
  const prototype = Object.getPrototypeOf(span)
  if (prototype === null || prototype === Object.prototype) return
  if (typeof prototype.recordException === 'function') wrapRecording(prototype)
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

function remember(span: object, thrown: unknown): void {
  const count = readProperty(readProperty(span, 'events'), 'length')
  if (typeof count !== 'number') return
  const recorded = bySpan.get(span) ?? []
  if (recorded.length < MOST_PER_SPAN) recorded.push({ index: count - 1, thrown })
  bySpan.set(span, recorded)
  const { traceId, spanId } = (span as SpanLike).spanContext()
  rememberThrown(thrown, { trace_id: traceId, span_id: spanId })
}
