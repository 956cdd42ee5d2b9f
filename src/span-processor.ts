import { OtelDoor } from './otel/door.js'
import { recordedException, watchExceptions } from './otel/recorded-exceptions.js'
import { enterServerSpan, learnRoute } from './otel/server-span.js'
import { SpanFailures } from './otel/span-failures.js'
import type { DoorOptions } from './pipelines.js'
import { currentScope, scopeOfSpan, setScopeOfSpan } from './scope/current.js'
import type { Scope } from './scope/scope.js'
import { SPAN_KIND, type SpanEventLike, type SpanLike } from './translate/otel.js'
import { readProperty } from './translate/property.js'
import { isExceptionEvent, MOST_SPAN_EVENTS, translateExceptionEvent } from './translate/span.js'
import { spanBreadcrumb } from './translate/span-breadcrumb.js'

/**
 * A SpanProcessor that turns the exceptions of spans into error logs, with the span's trace and the request
 * they belong to, and outgoing calls into breadcrumbs. It exports no spans. Beneath a sampler wrapped by
 * `recordUnsampled` it sees them all.
 */
export class LognitorSpanProcessor {
  readonly #door: OtelDoor
  readonly #failures: SpanFailures
  /** Of the first span: the rows and calls of its request come before any record that would tell. */
  #hasLearned = false

  /**
   * @param options `{ client }`, or a client's options; with neither the default client is used
   * @throws {LognitorError} for a wrong option
   */
  constructor(options: DoorOptions = {}) {
    this.#door = new OtelDoor(options)
    this.#failures = new SpanFailures(this.#door)
  }

  onStart(span: SpanLike): void {
    guarded(() => {
      const scope = enterServerSpan(span) ?? currentScope()
      watchExceptions(span)
      learnRoute(span, scope)
      // A request that we see ourselves tells when it is answered.
      if (span.kind === SPAN_KIND.server && scope.requestScope === undefined)
        this.#failures.serverStarted(span)
      if (!this.#hasLearned) this.#hasLearned = this.#door.learnFrom(readProperty(span, 'resource'))
      setScopeOfSpan(span, scope)
    })
  }

  onEnd(span: SpanLike): void {
    guarded(() => {
      const scope = scopeOfSpan(span) ?? currentScope()
      learnRoute(span, scope)
      if (span.events.length > 0) this.#takeExceptions(span, scope)
      if (span.kind === SPAN_KIND.server) this.#failures.serverEnded(span)
      const isOutgoing = span.kind === SPAN_KIND.client || span.kind === SPAN_KIND.producer
      if (isOutgoing && this.#door.pipeline.settings.breadcrumbs.outgoing) {
        scope.addBreadcrumb(() => spanBreadcrumb(span))
      }
    })
  }

  /** Resolves when all that the client holds is delivered, or after 10 s. Never rejects. */
  forceFlush(): Promise<void> {
    return this.#door.forceFlush()
  }

  /** Flushes and ends this door; the client goes on, unless doors made it and this was the last. */
  shutdown(): Promise<void> {
    return this.#door.shutdown()
  }

  #takeExceptions(span: SpanLike, scope: Scope): void {
    const { events } = span
    // By index and bounded: a list may have any length, and hold next to nothing.
    const count = Math.min(events.length, MOST_SPAN_EVENTS)
    for (let index = 0; index < count; index++) {
      guarded(() => {
        const event = events[index]
        if (!event || !isExceptionEvent(event)) return
        if (this.#door.hasEnded) this.#door.turnAway('closed')
        else this.#takeException(span, index, event, scope)
      })
    }
  }

  #takeException(span: SpanLike, index: number, event: SpanEventLike, scope: Scope): void {
    const thrown = recordedException(span, index, event)
    this.#door.withResource(readProperty(span, 'resource'), (resource) => {
      try {
        this.#failures.take({ span, scope, thrown, log: translateExceptionEvent(span, event, resource) })
      } catch {
        this.#door.lose()
      }
    })
  }
}

/** The SDK runs processors in the application's own call, without a net. */
function guarded(fn: () => void): void {
  try {
    fn()
  } catch {
    // A span is somebody else's object; whatever is wrong with it must stay there.
  }
}
