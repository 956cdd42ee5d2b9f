import { PendingFailures } from '../pipeline/pending-failures.js'
import type { Scope } from '../scope/scope.js'
import { isHandledBy } from '../translate/handled-status.js'
import type { LogRecordLike } from '../translate/otel.js'
import { printedError } from '../translate/printed-error.js'
import { readProperty } from '../translate/property.js'
import { isFinalHandlers } from './final-handler-call.js'
import type { OtelIntake } from './intake.js'
import { copyOf } from './record-copy.js'
import { wasFinalHandlers } from './record-input.js'

const INFO = { severityNumber: 9, severityText: 'info' }

/**
 * Holds the lines by which the final handler of Express prints an error, until the answer of the request is known: a
 * line about a request that the handler answered with 4xx is no error. Such a line keeps its text and stack, at level
 * `info`.
 */
export class FinalHandlerLines {
  readonly #pending = new PendingFailures()
  readonly #take: (record: LogRecordLike, scope: Scope) => void

  /** @param take receives each held record, once */
  constructor(intake: OtelIntake, take: (record: LogRecordLike, scope: Scope) => void) {
    this.#take = take
    intake.beforeEnd(() => this.#pending.release())
  }

  /**
   * Must be called while the record is being emitted, unless its class is watched.
   * @returns whether the record is held; false for a line of anybody else
   */
  hold(record: LogRecordLike, scope: Scope): boolean {
    if (scope.requestScope === undefined) return false
    const body = readProperty(record, 'body')
    if (typeof body !== 'string' || !isWrittenBy(record)) return false
    const decide = this.#pending.add(
      (status) => this.#take(isAnsweredByHandler(status) ? asInfo(record, body) : record, scope),
      body,
    )
    // The handler prints after it has answered.
    scope.onAnswered(decide, 0)
    return true
  }
}

function isWrittenBy(record: LogRecordLike): boolean {
  return wasFinalHandlers(record) || isFinalHandlers(record)
}

/** The handler's own answers are 4xx and 5xx. After any other answer it can only break the connection off. */
function isAnsweredByHandler(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && isHandledBy(status)
}

function asInfo(record: LogRecordLike, body: string): LogRecordLike {
  const printed = printedError(body)
  if (printed === undefined) return copyOf(record, INFO)
  const attributes = { ...record.attributes, stack: printed.stack }
  return copyOf(record, { ...INFO, body: printed.text, attributes })
}
