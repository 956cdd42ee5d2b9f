import type { Log } from '../wire/log.js'
import { text } from './attribute-value.js'
import { Draft } from './draft.js'
import { draftError } from './error-parts.js'
import { assembleLog } from './log-assembly.js'
import { noteScope } from './log-record.js'
import { type AttributesLike, SPAN_KIND, type SpanEventLike, type SpanLike } from './otel.js'
import { toPlain } from './plain.js'
import { readProperty } from './property.js'
import type { ResourceFields } from './resource.js'
import { UNKNOWN_ERROR } from './thrown.js'
import { hrDurationToMillis, hrTimeToIso, millisToIso } from './time.js'
import { translateTrace } from './trace.js'

/** Most events of one span that are read; the SDK keeps 128 by default. Further ones are counted as dropped. */
export const MOST_SPAN_EVENTS = 10_000

/** True for an event that `recordException` created. */
export function isExceptionEvent(event: SpanEventLike): boolean {
  return event.name === 'exception'
}

/**
 * The error log of an exception that was recorded on a span: with the event's time, the span's trace, and the
 * attributes of both, translated by the table for log records; the event's attributes win. The duration is set only for
 * a span that has ended.
 *
 * @param resource the result of {@link translateResource} for the span's resource
 * @param now returns milliseconds since 1970; called only when neither event nor span has a time
 */
export function translateExceptionEvent(
  span: SpanLike,
  event: SpanEventLike,
  resource: ResourceFields,
  now: () => number = Date.now,
): Log {
  const outgoing = span.kind === SPAN_KIND.client || span.kind === SPAN_KIND.producer
  const draft = new Draft(resource.metadata, outgoing)
  takeAttributes(draft, span, event)
  const error = draftError(draft, true)
  noteSpan(draft, span, event)
  return assembleLog(
    draft,
    {
      level: 'error',
      message: error?.message ?? UNKNOWN_ERROR,
      timestamp: hrTimeToIso(event.time) ?? hrTimeToIso(span.startTime) ?? millisToIso(Math.floor(now())),
      trace: translateTrace(span.spanContext()),
      error: error ?? { type: 'Error', message: UNKNOWN_ERROR },
      durationMs: span.ended ? hrDurationToMillis(span.duration) : undefined,
    },
    resource,
  )
}

function takeAttributes(draft: Draft, span: SpanLike, event: SpanEventLike): void {
  const own = readableAttributes(event)
  const shared = readableAttributes(span)
  draft.takeAll({ ...shared, ...own })
  for (const name of Object.keys(own)) {
    if (Object.hasOwn(shared, name) && shared[name] !== own[name]) draft.keep(`span.${name}`, shared[name])
  }
}

/** The attributes, or a readable copy where one of them throws. */
function readableAttributes(holder: SpanLike | SpanEventLike): AttributesLike {
  const attributes = readProperty(holder, 'attributes')
  if (typeof attributes !== 'object' || attributes === null) return {}
  try {
    return { ...attributes }
  } catch {
    return Object(toPlain(attributes)) as AttributesLike
  }
}

function noteSpan(draft: Draft, span: SpanLike, event: SpanEventLike): void {
  const name = text(span.name)
  if (name !== undefined) draft.note('span.name', name)
  noteScope(draft, span.instrumentationScope)
  draft.noteCount(
    'otel.dropped_attributes_count',
    span.droppedAttributesCount,
    event.droppedAttributesCount,
    draft.dropped,
  )
  const unseen = typeof span.events?.length === 'number' ? span.events.length - MOST_SPAN_EVENTS : 0
  draft.noteCount('otel.dropped_events_count', span.droppedEventsCount, unseen)
  draft.noteCount('otel.dropped_links_count', span.droppedLinksCount)
}
