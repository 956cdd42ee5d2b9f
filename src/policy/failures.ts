import { builtin } from '../common/builtin.js'
import { levelRank } from '../wire/level.js'
import { LOG_ID_KEY, type Log } from '../wire/log.js'
import { bareType } from './bare-type.js'
import { type Occasion, Occasions, occasionOf } from './occasions.js'

/**
 * The kind of call that reported an error. A `capture` is about the error alone; a `call` or `record` is a log line
 * with the error beside it.
 */
export type Source = 'record' | 'span' | 'call' | 'capture' | 'uncaught'

export interface Failure {
  readonly log: Log
  readonly source: Source
  /** What was thrown, where the entry point has the value and not only its description. */
  readonly thrown?: unknown
  /** The error's own stack, where `log.error.stack` also contains those of its causes. */
  readonly ownStack?: string | undefined
}

interface Known {
  id: string
  readonly source: Source
  readonly message: string
}

interface Marks {
  readonly known: Known
  readonly object: object | undefined
  readonly words: string | undefined
}

const MAX_KNOWN = 1000
/** Most requests in which one object may fail at the same time. */
const MOST_OCCASIONS = 2000
/** Most requests of one trace that may fail with the same texts. */
const MOST_OF_TRACE = 100
const ERROR_RANK = levelRank('error')
const LINES: ReadonlySet<Source> = new Set<Source>(['record', 'call'])

/**
 * Knows the failures that have been logged, so that one failure is one log however many sources report it within a
 * request or trace. Two reports are one failure where they carry the same thrown object, or the same type, message and
 * stack in the same trace. In another request or trace the same object is another failure. Without a trace, equal texts
 * may be two failures and are kept apart. A log below `error` reports no failure, whatever error it carries.
 */
export class Failures {
  readonly #thrown = new WeakMap<object, Occasions<Known>>()
  readonly #described = new Map<string, Occasions<Known>>()
  readonly #marks = new WeakMap<Failure, Marks>()

  /**
   * The id of the log that this failure already has. Undefined for a new failure, which is known from now on.
   * @param nowMs milliseconds on a monotonic clock
   */
  register(failure: Failure, nowMs = 0): { readonly id: string; readonly isOtherLine: boolean } | undefined {
    const { log, source } = failure
    if (levelRank(log.level) < ERROR_RANK) return undefined
    const object = asObject(failure.thrown)
    const occasion = occasionOf(log)
    const words = describe(failure)
    const byObject = object && this.#thrown.get(object)
    const byWords = words === undefined ? undefined : this.#described.get(words)
    const found = byObject?.find(occasion, nowMs) ?? byWords?.find(occasion, nowMs)
    if (found !== undefined) {
      this.#remember(object, words, found, occasion, nowMs)
      // Two log lines about one error are two logs, but still one failure.
      const isOtherLine =
        LINES.has(source) && found.source === source && found.message !== bounded(log.message)
      return { id: found.id, isOtherLine }
    }
    const input = log.metadata?.[LOG_ID_KEY]
    const known = { id: typeof input === 'string' ? input : '', source, message: bounded(log.message) }
    this.#remember(object, words, known, occasion, nowMs)
    this.#marks.set(failure, { known, object, words })
    return undefined
  }

  /** Sets the id of a new failure. With `''` its log was dropped, and the failure is forgotten. */
  remember(failure: Failure, id: string): void {
    const marks = this.#marks.get(failure)
    if (marks === undefined) return
    const { known, object, words } = marks
    known.id = id
    if (id !== '') return
    if (object !== undefined) this.#thrown.get(object)?.forget(known)
    if (words !== undefined && !this.#described.get(words)?.forget(known)) this.#described.delete(words)
  }

  #remember(
    object: object | undefined,
    words: string | undefined,
    known: Known,
    occasion: Occasion,
    nowMs: number,
  ): void {
    if (object !== undefined) {
      const occasions = this.#thrown.get(object) ?? new Occasions(MOST_OCCASIONS)
      occasions.add(occasion, known, nowMs)
      this.#thrown.set(object, occasions)
    }
    if (words === undefined) return
    const occasions = this.#described.get(words) ?? new Occasions(MOST_OF_TRACE)
    occasions.add(occasion, known, nowMs)
    this.#described.delete(words)
    this.#described.set(words, occasions)
    if (this.#described.size <= MAX_KNOWN) return
    const oldest = this.#described.keys().next()
    if (!oldest.done) this.#described.delete(oldest.value)
  }
}

function asObject(thrown: unknown): object | undefined {
  return (typeof thrown === 'object' && thrown !== null) || typeof thrown === 'function' ? thrown : undefined
}

/** Trace, type, message and the head of the stack: sources differ in how much of a long stack they keep. */
function describe({ log, ownStack }: Failure): string | undefined {
  const traceId = log.trace?.trace_id
  if (traceId === undefined || log.error === undefined) return undefined
  const { type, message } = log.error
  const stack = (ownStack ?? log.error.stack ?? '').slice(0, 2000)
  return bounded(`${traceId}\n${bareType(type)}\n${message}\n${stack}`)
}

const LONGEST_KEPT = 4096

/** The text, or a hash of a long one: a thousand texts are held, and each may be of any length. */
function bounded(text: string): string {
  return text.length <= LONGEST_KEPT
    ? text
    : builtin('node:crypto').createHash('sha256').update(text).digest('base64')
}
