import { createHash } from 'node:crypto'
import { levelRank } from '../wire/level.js'
import { LOG_ID_KEY, type Log } from '../wire/log.js'

/**
 * The entrance an error came by. A `capture` is about the error alone, a `call` or `record` is a line somebody
 * wrote, with the error beside it.
 */
export type Way = 'record' | 'span' | 'call' | 'capture' | 'uncaught'

export interface Failure {
  readonly log: Log
  readonly way: Way
  /** What was thrown, where the entrance has it and not only its description. */
  readonly thrown?: unknown
  /** The error's own stack where `log.error.stack` holds the causes' as well. */
  readonly ownStack?: string | undefined
}

interface Known {
  id: string
  readonly way: Way
  readonly message: string
  readonly occasion: string | undefined
  readonly sinceMs: number
}

interface Marks {
  readonly known: Known
  readonly object: object | undefined
  readonly words: string | undefined
}

const MAX_KNOWN = 1000
const ERROR_RANK = levelRank('error')
const LINES: ReadonlySet<Way> = new Set<Way>(['record', 'call'])

/**
 * For so long one error object is taken for one failure: where not both times are known to be of a trace or
 * request, and where they are of two. Within the same one it always is.
 */
const UNKNOWN_OCCASION_MS = 60_000
const OTHER_OCCASION_MS = 5_000

/**
 * Knows the failures that have been logged, so that one failure is one log however many ways it comes: the
 * same thrown object, or the same type, message and stack in the same trace. Without a trace equal words may
 * well be two failures. What is below `error` reports no failure, whatever error it tells of.
 */
export class Failures {
  readonly #thrown = new WeakMap<object, Known>()
  readonly #described = new Map<string, Known>()
  readonly #marks = new WeakMap<Failure, Marks>()

  /**
   * The id of the log this failure has already, or undefined: then it is known from here on.
   * @param nowMs on a monotonic clock
   */
  meet(failure: Failure, nowMs = 0): { readonly id: string; readonly isOtherLine: boolean } | undefined {
    const { log, way } = failure
    if (levelRank(log.level) < ERROR_RANK) return undefined
    const object = asObject(failure.thrown)
    const occasion = log.trace?.trace_id ?? log.request_id
    const words = describe(failure)
    const found = this.#byObject(object, occasion, nowMs) ?? this.#byWords(words)
    if (found !== undefined) {
      this.#remember(object, words, found)
      // Two lines of the user's own about one error are two lines, but still one failure.
      const isOtherLine = LINES.has(way) && found.way === way && found.message !== bounded(log.message)
      return { id: found.id, isOtherLine }
    }
    const given = log.metadata?.[LOG_ID_KEY]
    const id = typeof given === 'string' ? given : ''
    const known = { id, way, message: bounded(log.message), occasion, sinceMs: nowMs }
    this.#remember(object, words, known)
    this.#marks.set(failure, { known, object, words })
    return undefined
  }

  /** What became of a failure that was new: the id it is known by, or `''`, and then it is new again. */
  conclude(failure: Failure, id: string): void {
    const marks = this.#marks.get(failure)
    if (marks === undefined) return
    const { known, object, words } = marks
    known.id = id
    if (id !== '') return
    if (object !== undefined && this.#thrown.get(object) === known) this.#thrown.delete(object)
    if (words !== undefined && this.#described.get(words) === known) this.#described.delete(words)
  }

  /**
   * An object can fail many: the rejection of a cached promise, an error made once and thrown for each request.
   * What is thrown long after is therefore another failure.
   */
  #byObject(object: object | undefined, occasion: string | undefined, nowMs: number): Known | undefined {
    const known = object && this.#thrown.get(object)
    if (known === undefined) return undefined
    if (occasion !== undefined && occasion === known.occasion) return known
    const isUnknown = occasion === undefined || known.occasion === undefined
    return nowMs - known.sinceMs < (isUnknown ? UNKNOWN_OCCASION_MS : OTHER_OCCASION_MS) ? known : undefined
  }

  #byWords(words: string | undefined): Known | undefined {
    return words === undefined ? undefined : this.#described.get(words)
  }

  #remember(object: object | undefined, words: string | undefined, known: Known): void {
    if (object !== undefined) this.#thrown.set(object, known)
    if (words === undefined) return
    this.#described.delete(words)
    this.#described.set(words, known)
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
  return bounded(`${traceId}\n${bareType(type)}\n${message}\n${stack}`)
}

/** A type without module and pointer: `pay.Error`, `*pay.Error` and `Error` are spellings of one. */
function bareType(type: string): string {
  return (
    type.slice(Math.max(...['.', '/', ':', '\\', '$', '*'].map((sign) => type.lastIndexOf(sign))) + 1) || type
  )
}

const LONGEST_KEPT = 4096

/** The text, or of a long one a hash: a thousand of them are held, and they may be of any length. */
function bounded(text: string): string {
  return text.length <= LONGEST_KEPT ? text : createHash('sha256').update(text).digest('base64')
}
