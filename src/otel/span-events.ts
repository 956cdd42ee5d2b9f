import type { Scope } from '../scope/scope.js'
import type { SpanEventLike, SpanLike } from '../translate/otel.js'
import type { ResourceFields } from '../translate/resource.js'
import { isExceptionEvent, MOST_SPAN_EVENTS, translateExceptionEvent } from '../translate/span.js'
import { spanBreadcrumb } from '../translate/span-breadcrumb.js'
import type { Log } from '../wire/log.js'

/** Calls `take` for each exception among the events of a span; what one event or call throws, does not end the rest. */
export function takeExceptionEvents(span: SpanLike, take: (event: SpanEventLike) => void): void {
  const { events } = span
  // By index and bounded, because a foreign list may have any length and few items.
  const count = Math.min(events.length, MOST_SPAN_EVENTS)
  for (let index = 0; index < count; index++) {
    try {
      const event = events[index]
      if (event && isExceptionEvent(event)) take(event)
    } catch {
      // An event is a foreign object.
    }
  }
}

export function exceptionLog(span: SpanLike, event: SpanEventLike, resource: ResourceFields): Log {
  return translateExceptionEvent(span, event, resource)
}

/** Adds the breadcrumb of an outgoing call, which is made when an error reads it. */
export function addSpanBreadcrumb(scope: Scope, span: SpanLike): void {
  scope.addBreadcrumb(() => spanBreadcrumb(span))
}
