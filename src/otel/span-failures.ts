import { PendingFailures } from '../pipeline/pending-failures.js'
import { scopeOfTrace } from '../scope/current.js'
import type { Scope } from '../scope/scope.js'
import { isHandledBy } from '../translate/handled-status.js'
import type { Log } from '../wire/log.js'
import type { OtelIntake } from './intake.js'
import type { ServerAnswer } from './server-answer.js'

export interface SpanFailure {
  readonly scope: Scope
  /** The outermost server span of this process around the failure, where it is known. */
  readonly server: ServerAnswer | undefined
  readonly log: Log
  readonly thrown: unknown
  /** When the failure happened, in milliseconds on the monotonic clock. */
  readonly atMs: number
  /** Recorded by a framework that answers requests, and not by the application. */
  readonly isFrameworks: boolean
}

type Decide = (status: number | undefined) => void

/** The time that an outer `catch` has to capture by hand what a span recorded. */
const BY_HAND_MS = 100
/** The same within a request, where the outermost `catch` may first have work to do. */
const BY_HAND_IN_REQUEST_MS = 1000

/**
 * Holds the failures of spans for a while. A failure that a framework recorded waits for the answer of its request,
 * which decides whether it was an error at all. All others wait for a `captureException` of the same failure, which
 * carries more and replaces it; they do not wait for the end of a stream.
 */
export class SpanFailures {
  readonly #intake: OtelIntake
  readonly #pending = new PendingFailures()
  /** Those of the pending failures that wait for no answer. */
  readonly #soon = new Set<Decide>()

  constructor(intake: OtelIntake) {
    this.#intake = intake
    intake.beforeEnd(() => this.#pending.release())
    intake.beforeFlush(() => {
      for (const decide of this.#soon) decide(undefined)
    })
  }

  /** @param isDue whether the application has already had its time to capture the failure by hand */
  take(failure: SpanFailure, isDue = false): void {
    if (isDue) {
      this.#report(failure, undefined)
      return
    }
    const { scope, server, log, atMs, isFrameworks } = failure
    const report: Decide = (status) => {
      this.#soon.delete(decide)
      this.#report(failure, status)
    }
    const decide = this.#pending.add(report, log.message, log.error?.stack)
    const { trace_id = '', span_id } = log.trace ?? {}
    const request = scope.requestScope ?? (server ? undefined : scopeOfTrace(trace_id, span_id)?.requestScope)
    const answered = request ?? server
    if (answered === undefined || !isFrameworks) this.#decideSoon(decide, answered !== undefined)
    answered?.onAnswered(decide, atMs)
  }

  /** Decides when the time to capture by hand has passed, or at the next flush. */
  #decideSoon(decide: Decide, isInRequest: boolean): void {
    const { clock } = this.#intake.pipeline
    this.#soon.add(decide)
    const waitMs = isInRequest ? BY_HAND_IN_REQUEST_MS : BY_HAND_MS
    clock.setTimer(() => decide(undefined), waitMs)
  }

  #report({ scope, log, thrown, isFrameworks }: SpanFailure, status: number | undefined): void {
    const { pipeline } = this.#intake
    if (isFrameworks && isHandledBy(status)) {
      pipeline.ledger.written++
      pipeline.ledger.drop('handled_exception')
      return
    }
    if (pipeline.wants(log.level)) pipeline.write(log, { source: 'span', scope, thrown })
  }
}
