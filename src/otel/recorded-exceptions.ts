import { shared } from '../common/shared.js'
import { methodWrapper } from '../common/wrap-method.js'
import { rememberThrown } from '../scope/thrown-trace.js'
import type { SpanEventLike, SpanLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'
import { callerIsFramework } from './framework-caller.js'

/** One call of a span's `recordException`. */
export interface Recorded {
  readonly event: SpanEventLike
  readonly thrown: unknown
  /** Monotonic, in milliseconds. */
  readonly atMs: number
  /** Whether the code of an instrumentation of a framework made the call, as far as its place on disk tells. */
  readonly isFrameworks: boolean
  /** Whether the span has ended before anything else could run: how frameworks record as they end their span. */
  isLast: boolean
}

/** Told of each call of `recordException`, on whatever span. Must not throw. */
export type OnRecorded = (span: SpanLike, recorded: Recorded) => void

/** An SDK's span keeps the newest 128 events, and so many are known here. */
const MOST_PER_SPAN = 128

interface State {
  readonly bySpan: WeakMap<object, Recorded[]>
  readonly listeners: Set<OnRecorded>
  /** What has been recorded since the stack was last empty. */
  justNow: { readonly span: object; readonly recorded: Recorded }[]
}

const state = shared<State>('exceptions', () => ({
  bySpan: new WeakMap(),
  listeners: new Set(),
  justNow: [],
}))
const { bySpan, listeners } = state

const wrapRecording = methodWrapper('exceptions', 'recordException', (record, span, args) => {
  const result = Reflect.apply(record, span, args)
  try {
    remember(span as SpanLike, args[0])
  } catch {
    // A span is somebody else's object.
  }
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

/** Calls back at each `recordException` from now on, until the function it gives is called. */
export function onRecorded(listener: OnRecorded): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The span has ended: what was recorded on it just now was recorded as it ended. */
export function noteSpanEnd(span: object): void {
  for (const recent of state.justNow) if (recent.span === span) recent.recorded.isLast = true
}

/** The newest calls of `recordException` on a span, at most 128. */
export function recordingsOf(span: object): readonly Recorded[] {
  return bySpan.get(span) ?? []
}

/** The call of `recordException` behind an event; undefined for an event that was added in another way. */
export function recordedOf(span: object, event: SpanEventLike): Recorded | undefined {
  return bySpan.get(span)?.find((recorded) => recorded.event === event)
}

function remember(span: SpanLike, thrown: unknown): void {
  const { events } = span
  const count = readProperty(events, 'length')
  const event = typeof count === 'number' ? events[count - 1] : undefined
  if (event === undefined || span.ended || event.name !== 'exception') return
  const recorded: Recorded = {
    event,
    thrown,
    atMs: performance.now(),
    isFrameworks: callerIsFramework(remember),
    isLast: false,
  }
  const all = bySpan.get(span) ?? []
  all.push(recorded)
  if (all.length > MOST_PER_SPAN) all.shift()
  bySpan.set(span, all)
  if (state.justNow.length === 0) queueMicrotask(forget)
  state.justNow.push({ span, recorded })
  if (state.justNow.length > MOST_PER_SPAN) state.justNow.shift()
  const { traceId, spanId } = span.spanContext()
  rememberThrown(thrown, { trace_id: traceId, span_id: spanId })
  for (const listener of listeners) listener(span, recorded)
}

function forget(): void {
  state.justNow = []
}
