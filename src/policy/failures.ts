import { levelRank } from '../wire/level.js'
import { LOG_ID_KEY, type Log } from '../wire/log.js'

/** The entrance an error came by. */
export type Way = 'record' | 'span' | 'call' | 'uncaught'

export interface Failure {
  readonly log: Log
  readonly way: Way
  /** What was thrown, where the entrance has it and not only its description. */
  readonly thrown?: unknown
  /** The error's own stack where `log.error.stack` holds the causes' as well. */
  readonly ownStack?: string | undefined
}

interface Known {
  readonly id: string
  readonly rank: number
  readonly way: Way
  readonly message: string
}

const MAX_KNOWN = 1000
const ERROR_RANK = levelRank('error')

/**
 * Knows the failures that have been logged, so that one failure is one log however many ways it comes: the
 * same thrown object anywhere, or the same type, message and stack in the same trace. Without a trace equal
 * words may well be two failures.
 */
export class Failures {
  readonly #thrown = new WeakMap<object, Known>()
  readonly #described = new Map<string, Known>()

  /** The id of the log this failure has already, or undefined: then it is known from here on. */
  meet(failure: Failure): { readonly id: string; readonly isOtherLine: boolean } | undefined {
    const { log, way } = failure
    const object = asObject(failure.thrown)
    const key = describe(failure)
    const known =
      (object && this.#thrown.get(object)) ?? (key === undefined ? undefined : this.#described.get(key))
    const rank = levelRank(log.level)
    // "Retrying after ..." as a warning does not make up for the error that follows.
    if (known !== undefined && (known.rank >= ERROR_RANK || known.rank >= rank)) {
      this.#remember(object, key, known)
      // Two lines of the user's own logger about one error are two lines, but still one failure.
      const isOtherLine = way === 'record' && known.way === 'record' && known.message !== log.message
      return { id: known.id, isOtherLine }
    }
    const id = log.metadata?.[LOG_ID_KEY]
    this.#remember(object, key, { id: String(id ?? ''), rank, way, message: log.message })
    return undefined
  }

  #remember(object: object | undefined, key: string | undefined, known: Known): void {
    if (object !== undefined) this.#thrown.set(object, known)
    if (key === undefined) return
    this.#described.delete(key)
    this.#described.set(key, known)
    if (this.#described.size <= MAX_KNOWN) return
    const oldest = this.#described.keys().next()
    if (!oldest.done) this.#described.delete(oldest.value)
  }
}

function asObject(thrown: unknown): object | undefined {
  return (typeof thrown === 'object' && thrown !== null) || typeof thrown === 'function' ? thrown : undefined
}

/** Trace, type, message and the head of the stack: ways differ in how much of a long stack they keep. */
function describe({ log, ownStack }: Failure): string | undefined {
  const traceId = log.trace?.trace_id
  if (traceId === undefined || log.error === undefined) return undefined
  const { type, message } = log.error
  const stack = (ownStack ?? log.error.stack ?? '').slice(0, 2000)
  return `${traceId}\n${type}\n${message}\n${stack}`
}
