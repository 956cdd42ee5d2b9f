import { scopeOfTrace } from '../scope/current.js'
import type { Scope } from '../scope/scope.js'
import { isInstrumentation } from '../translate/instrumentation-scope.js'
import type { SpanLike } from '../translate/otel.js'
import { readProperty, readText } from '../translate/property.js'
import type { Log } from '../wire/log.js'
import type { OtelDoor } from './door.js'

export interface SpanFailure {
  readonly span: SpanLike
  readonly scope: Scope
  readonly log: Log
  readonly thrown: unknown
}

type Decide = (status: number | undefined) => void

const MOST_HELD = 1000
/** A stream's span may stay open for hours. */
const MOST_HELD_PER_SPAN = 128
const CLIENT_CLOSED = 499
/** Outside of any request: so long an outer `catch` has to capture by hand what the span recorded. */
const BY_HAND_MS = 100

/**
 * Holds the failures of spans until their request is answered. Only then is it known whether what a framework
 * recorded was an error at all, and whether the application has logged the same failure by hand, which says
 * more and wins.
 */
export class SpanFailures {
  readonly #door: OtelDoor
  readonly #held = new Set<Decide>()
  /** Of these, those that wait for no request. */
  readonly #soon = new Set<Decide>()
  /** By trace, for requests that our HTTP instrumentation does not see: what waits for their server span. */
  readonly #serverSpans = new Map<string, Decide[]>()
  #isHooked = false

  constructor(door: OtelDoor) {
    this.#door = door
  }

  take(failure: SpanFailure): void {
    const decide = this.#hold((status) => this.#settle(failure, status))
    const { scope, log } = failure
    const traceId = log.trace?.trace_id ?? ''
    const request = scope.requestScope ?? scopeOfTrace(traceId)?.requestScope
    const waiting = this.#serverSpans.get(traceId)
    if (request !== undefined) request.onAnswered(decide, Date.parse(log.timestamp))
    else if (waiting === undefined) this.#decideSoon(decide)
    else if (waiting.push(decide) > MOST_HELD_PER_SPAN) waiting.shift()?.(undefined)
  }

  serverStarted(span: SpanLike): void {
    const { traceId } = span.spanContext()
    if (this.#serverSpans.size < MOST_HELD && !this.#serverSpans.has(traceId)) {
      this.#serverSpans.set(traceId, [])
    }
  }

  serverEnded(span: SpanLike): void {
    const { traceId } = span.spanContext()
    const waiting = this.#serverSpans.get(traceId) ?? []
    this.#serverSpans.delete(traceId)
    const status = span.attributes['http.response.status_code'] ?? span.attributes['http.status_code']
    for (const decide of waiting) decide(typeof status === 'number' ? status : undefined)
  }

  /** Waits for no answer any more. */
  release(): void {
    for (const decide of this.#held) decide(undefined)
  }

  #decideSoon(decide: Decide): void {
    this.#soon.add(decide)
    this.#door.pipeline.clock.setTimer(() => {
      this.#soon.delete(decide)
      decide(undefined)
    }, BY_HAND_MS)
  }

  #releaseSoon(): void {
    for (const decide of this.#soon) decide(undefined)
    this.#soon.clear()
  }

  #hold(settle: Decide): Decide {
    if (!this.#isHooked) {
      this.#isHooked = true
      this.#door.beforeEnd(() => this.release())
      this.#door.beforeFlush(() => this.#releaseSoon())
    }
    const decide: Decide = (status) => {
      if (this.#held.delete(decide)) settle(status)
    }
    this.#held.add(decide)
    if (this.#held.size > MOST_HELD) this.#held.values().next().value?.(undefined)
    return decide
  }

  #settle({ span, scope, log, thrown }: SpanFailure, status: number | undefined): void {
    const { pipeline } = this.#door
    const isHandled = status !== undefined && status < 500 && status !== CLIENT_CLOSED
    const scopeName = readText(readProperty(span, 'instrumentationScope'), 'name') ?? ''
    if (isHandled && isInstrumentation(scopeName)) {
      pipeline.ledger.written++
      pipeline.ledger.drop('handled_exception')
      return
    }
    if (pipeline.wants(log.level)) pipeline.write(log, { way: 'span', scope, thrown })
  }
}
