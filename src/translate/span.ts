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

/** Events of one span that are looked at; the SDK keeps 128 unless told otherwise. The rest is counted as dropped. */
export const MOST_SPAN_EVENTS = 10_000

/** True for the event that `recordException` writes. */
export function isExceptionEvent(event: SpanEventLike): boolean {
  return event.name === 'exception'
}

/**
 * The error log of an exception that was recorded on a span: the event's time, the span's trace, and the
 * attributes of both by the table that holds for log records; the event's win. How long the span took is
 * known only once it has ended.
 *
 * @param resource what {@link translateResource} made of the span's resource.
 * @param now milliseconds since 1970, asked only when neither event nor span has a time.
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

/** The attributes, or where one of them throws a copy that does not. */
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
