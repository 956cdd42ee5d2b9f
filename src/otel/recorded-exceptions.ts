import { shared } from '../common/shared.js'
import { methodWrapper } from '../common/wrap-method.js'
import { rememberThrown } from '../scope/thrown-trace.js'
import type { SpanEventLike, SpanLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'
import { describeThrown } from '../translate/thrown.js'
import { millisToHrTime } from '../translate/time.js'
import { callerIsFramework } from './framework-caller.js'

/** One call of a span's `recordException`. */
export interface Recorded {
  readonly event: SpanEventLike
  readonly thrown: unknown
  /** Milliseconds on the monotonic clock. */
  readonly atMs: number
  /** Whether an instrumentation of a framework made the call, judged by its file path. */
  readonly isFrameworks: boolean
  /** Whether the answer of the request had begun before, so that no answer can follow from this failure. */
  isAfterAnswer: boolean
  /**
   * Whether the span ended in the same run of the stack. Frameworks record an exception right before they end their
   * span.
   */
  isLast: boolean
}

/** Called at each `recordException`, on any span. Must not throw. */
export type OnRecorded = (span: SpanLike, recorded: Recorded) => void

/** The SDK's span keeps the newest 128 events, and this list the same number. */
const MOST_PER_SPAN = 128

interface State {
  readonly bySpan: WeakMap<object, Recorded[]>
  readonly listeners: Set<OnRecorded>
  /** The recordings made since the stack was last empty. */
  justNow: { readonly span: object; readonly recorded: Recorded }[]
}

const state = shared<State>('exceptions', () => ({
  bySpan: new WeakMap(),
  listeners: new Set(),
  justNow: [],
}))
const { bySpan, listeners } = state

/** The class of the last span, since most spans of a process have one class. */
let watched: object | undefined

const wrapRecording = methodWrapper('exceptions', 'recordException', (record, span, args) => {
  const result = Reflect.apply(record, span, args)
  try {
    remember(span as SpanLike, args[0])
  } catch {
    // A span is a foreign object and may throw.
  }
  return result
})

/**
 * Remembers the error objects passed to `recordException` from now on. An event holds only texts, and the object tells
 * whether two events report one failure. The span's class is wrapped once instead of each span, because this function
 * runs for every span.
 */
export function watchExceptions(span: SpanLike): void {
  const prototype = Object.getPrototypeOf(span)
  if (prototype === watched || prototype === null || prototype === Object.prototype) return
  watched = prototype
  if (typeof prototype.recordException === 'function') wrapRecording(prototype)
}

/** Calls back at each `recordException` from now on, until the returned function is called. */
export function onRecorded(listener: OnRecorded): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Called when the span has ended: marks the recordings that were made right before. */
export function noteSpanEnd(span: object): void {
  for (const recent of state.justNow) if (recent.span === span) recent.recorded.isLast = true
}

/** The newest calls of `recordException` on a span, at most 128. */
export function recordingsOf(span: object): readonly Recorded[] {
  return bySpan.get(span) ?? []
}

/** The call of `recordException` behind an event. Undefined for an event that `addEvent` created. */
export function recordedOf(span: object, event: SpanEventLike): Recorded | undefined {
  return bySpan.get(span)?.find((recorded) => recorded.event === event)
}

function remember(span: SpanLike, thrown: unknown): void {
  const event = span.ended ? lateEvent(thrown) : newestEvent(span)
  if (event?.name !== 'exception') return
  const recorded: Recorded = {
    event,
    thrown,
    atMs: performance.now(),
    isFrameworks: callerIsFramework(remember),
    isAfterAnswer: false,
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

function newestEvent({ events }: SpanLike): SpanEventLike | undefined {
  const count = readProperty(events, 'length')
  return typeof count === 'number' ? events[count - 1] : undefined
}

/** The event that the SDK does not add to a span that has ended. Frameworks record there what fails after the answer. */
function lateEvent(thrown: unknown): SpanEventLike {
  const { error, ownStack } = describeThrown(thrown)
  const attributes = {
    'exception.type': error.type,
    'exception.message': error.message,
    ...(ownStack !== undefined && { 'exception.stacktrace': ownStack }),
  }
  return { name: 'exception', time: millisToHrTime(Date.now()), attributes }
}

function forget(): void {
  state.justNow = []
}
