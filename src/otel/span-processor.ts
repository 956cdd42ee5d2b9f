import { type Context, trace } from '@opentelemetry/api'
import type { ClientOrOptions } from '../pipeline/registry.js'
import { currentScope, scopeOfSpan, setScopeOfSpan } from '../scope/current.js'
import type { Scope } from '../scope/scope.js'
import { isRequestFramework } from '../translate/instrumentation-scope.js'
import { SPAN_KIND, type SpanEventLike, type SpanLike } from '../translate/otel.js'
import { readProperty, readText } from '../translate/property.js'
import { hrDurationToMillis } from '../translate/time.js'
import { isAfterAnswer } from './after-answer.js'
import { OtelIntake } from './intake.js'
import { OpenRecordings } from './open-recordings.js'
import {
  noteSpanEnd,
  onRecorded,
  type Recorded,
  recordedOf,
  recordingsOf,
  watchExceptions,
} from './recorded-exceptions.js'
import { ServerAnswer } from './server-answer.js'
import { enterServerSpan, learnRoute } from './server-span.js'
import { addSpanBreadcrumb, exceptionLog, takeExceptionEvents } from './span-events.js'
import { SpanFailures } from './span-failures.js'
import { LOGNITOR_PART, warnOfStoppedExport } from './stopped-export.js'

/** What is known of a span from its start. */
interface Begun {
  readonly scope: Scope
  /** The outermost server span of this process around it, itself included. */
  readonly server: ServerAnswer | undefined
  readonly isServer: boolean
  /** Events that have already become logs. */
  taken: Set<SpanEventLike> | undefined
}

type Known = SpanLike & { [begun: symbol]: Begun | undefined }

/**
 * A SpanProcessor that turns the exceptions of spans into error logs, with the span's trace and its request, and
 * outgoing calls into breadcrumbs. It exports no spans. With a sampler wrapped by `recordUnsampled` it sees all spans.
 */
export class LognitorSpanProcessor {
  /** @internal */
  readonly [LOGNITOR_PART] = true
  readonly #intake: OtelIntake
  readonly #recordings: OpenRecordings
  readonly #failures: SpanFailures
  readonly #stopListening: () => void
  // A property of the span and not a WeakMap, which costs the garbage collector microseconds per span.
  readonly #begun = Symbol('lognitor.begun')
  /** Whether a span has had a {@link ServerAnswer}: until then no span has one above it. */
  #hasServers = false

  /**
   * @param options `{ client }`, or a client's options; with neither, the default client is used
   * @throws LognitorError for a wrong option
   */
  constructor(options: ClientOrOptions = {}) {
    this.#intake = new OtelIntake(options)
    this.#recordings = new OpenRecordings(this.#intake, (span, recorded) => this.#takeEarly(span, recorded))
    this.#failures = new SpanFailures(this.#intake)
    this.#stopListening = onRecorded((span, recorded) => {
      const begun = this.#begunOf(span)
      if (begun !== undefined) guarded(() => this.#noteRecorded(span, begun, recorded))
    })
  }

  /** @param parentContext the context in which the span was started */
  onStart(span: SpanLike, parentContext?: object): void {
    // No `guarded`, here and at the end: its closures were four fifths of what this processor allocates for a span.
    try {
      this.#begin(span, parentContext)
    } catch {
      // As in `guarded`.
    }
  }

  onEnd(span: SpanLike): void {
    try {
      this.#end(span)
    } catch {
      // As in `guarded`.
    }
  }

  /** Resolves when everything the client holds is delivered, or after 10 s. Never rejects. */
  forceFlush(): Promise<void> {
    return this.#intake.forceFlush()
  }

  /**
   * Flushes and ends this entry point. The client keeps running, unless entry points created it and this was the last
   * of them.
   */
  async shutdown(): Promise<void> {
    await this.#intake.shutdown()
    this.#stopListening()
  }

  #begin(span: SpanLike, parentContext: object | undefined): void {
    watchExceptions(span)
    // Reads the resource of the first span, because the request entries and client calls of its request come before
    // any record.
    this.#intake.learnFrom(span)
    warnOfStoppedExport()
    const scope = enterServerSpan(span) ?? currentScope()
    learnRoute(span, scope)
    setScopeOfSpan(span, scope)
    const above = this.#hasServers
      ? this.#begunOf(trace.getSpan(parentContext as Context))?.server
      : undefined
    // For a request that our HTTP instrumentation sees, the request scope knows the answer.
    const isServer = span.kind === SPAN_KIND.server && !above && scope.requestScope === undefined
    const server = isServer ? new ServerAnswer() : above
    if (isServer) this.#hasServers = true
    ;(span as Known)[this.#begun] = { scope, server, isServer, taken: undefined }
  }

  #end(span: SpanLike): void {
    noteSpanEnd(span)
    const begun = this.#begunOf(span) ?? unknownBegin(span)
    learnRoute(span, begun.scope)
    if (span.events.length > 0) this.#takeExceptions(span, begun)
    if (begun.isServer) begun.server?.end(span)
    const isOutgoing = span.kind === SPAN_KIND.client || span.kind === SPAN_KIND.producer
    if (isOutgoing && this.#intake.pipeline.settings.breadcrumbs.outgoing) {
      addSpanBreadcrumb(begun.scope, span)
    }
  }

  #begunOf(span: object | undefined): Begun | undefined {
    return (span as Known | undefined)?.[this.#begun]
  }

  #noteRecorded(span: SpanLike, begun: Begun, recorded: Recorded): void {
    recorded.isAfterAnswer = isAfterAnswer(recorded.thrown, begun.scope)
    if (span.ended) this.#takeException(span, begun, recorded.event, recorded)
    else this.#recordings.add(span, recorded)
  }

  #takeExceptions(span: SpanLike, begun: Begun): void {
    // A span keeps a limited number of events and drops the oldest; their exceptions are still among the recordings.
    for (const recorded of recordingsOf(span)) {
      this.#recordings.delete(recorded)
      if (!span.events.includes(recorded.event)) this.#takeException(span, begun, recorded.event, recorded)
    }
    takeExceptionEvents(span, (event) => this.#takeException(span, begun, event, recordedOf(span, event)))
  }

  /** Takes a recording of a span that has not ended and may stay open for long. */
  #takeEarly(span: SpanLike, recorded: Recorded): void {
    const begun = this.#begunOf(span)
    if (begun !== undefined) guarded(() => this.#takeException(span, begun, recorded.event, recorded, true))
  }

  #takeException(
    span: SpanLike,
    begun: Begun,
    event: SpanEventLike,
    recorded: Recorded | undefined,
    isEarly = false,
  ): void {
    if (begun.taken?.has(event)) return
    begun.taken ??= new Set()
    begun.taken.add(event)
    if (this.#intake.hasEnded) {
      this.#intake.turnAway('closed')
      return
    }
    const { scope, server } = begun
    const about = {
      scope,
      server,
      thrown: recorded?.thrown,
      atMs: recorded?.atMs ?? performance.now(),
      isFrameworks: !isEarly && !recorded?.isAfterAnswer && isFrameworks(span, event, recorded),
    }
    this.#intake.withResource(readProperty(span, 'resource'), (resource) => {
      try {
        this.#failures.take({ ...about, log: exceptionLog(span, event, resource) }, isEarly)
      } catch {
        this.#intake.drop()
      }
    })
  }
}

/** For a span that began before this processor was added to the SDK. */
function unknownBegin(span: SpanLike): Begun {
  return { scope: scopeOfSpan(span) ?? currentScope(), server: undefined, isServer: false, taken: undefined }
}

/**
 * Whether a framework that answers requests recorded this exception by itself. The span's instrumentation scope does
 * not tell who recorded an event. Frameworks record from their own files, or right before they end their span. In doubt
 * the exception counts as the application's.
 */
function isFrameworks(span: SpanLike, event: SpanEventLike, recorded: Recorded | undefined): boolean {
  const scopeName = readText(readProperty(span, 'instrumentationScope'), 'name') ?? ''
  if (!isRequestFramework(scopeName) || span.kind === SPAN_KIND.client) return false
  if (recorded !== undefined) return recorded.isFrameworks || recorded.isLast
  const [endMs = 0, atMs = 0] = [span.endTime, event.time].map(hrDurationToMillis)
  return endMs - atMs < 1
}

/** The SDK calls processors inside the application's own call and catches nothing. */
function guarded(fn: () => void): void {
  try {
    fn()
  } catch {
    // A span is a foreign object; what it throws must not reach the application.
  }
}
