import { callStack } from '../common/call-stack.js'
import { PendingFailures } from '../pipeline/pending-failures.js'
import type { Scope } from '../scope/scope.js'
import { isHandledBy } from '../translate/handled-status.js'
import { CONSOLE } from '../translate/log-record.js'
import type { LogRecordLike } from '../translate/otel.js'
import { printedError } from '../translate/printed-error.js'
import type { OtelIntake } from './intake.js'
import { copyOf } from './record-copy.js'

/** The function by which Express and Connect print the error that no error handler of the application took. */
const FINAL_HANDLER =
  /\blogerror\b[^\n(]{0,60}\([^\n]{0,1000}[\\/](?:express[\\/]lib[\\/]application|connect[\\/]index)\.js:/
/** Frames of this package, of the SDK, and of all that wraps `console`. */
const FRAMES = 30
const ERROR_SEVERITY = 17
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
   * Must be called while the record is being emitted.
   * @returns whether the record is held; false for a line of anybody else
   */
  hold(record: LogRecordLike, scope: Scope): boolean {
    const { body } = record
    if (scope.requestScope === undefined || typeof body !== 'string' || !isFinalHandlers(record)) return false
    const decide = this.#pending.add(
      (status) => this.#take(isAnsweredByHandler(status) ? asInfo(record, body) : record, scope),
      body,
    )
    // The handler prints after it has answered.
    scope.onAnswered(decide, 0)
    return true
  }
}

function isFinalHandlers({ instrumentationScope, severityNumber }: LogRecordLike): boolean {
  const isError = instrumentationScope.name === CONSOLE && severityNumber === ERROR_SEVERITY
  return isError && FINAL_HANDLER.test(callStack(FRAMES, isFinalHandlers))
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
