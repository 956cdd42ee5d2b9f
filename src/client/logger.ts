import { trace } from '@opentelemetry/api'
import { randomId } from '../common/random-id.js'
import { warnOnce } from '../config/errors.js'
import { showValue, typeInWords } from '../config/show-value.js'
import type { Pipeline } from '../pipeline/pipeline.js'
import type { WriteOptions } from '../pipeline/write-options.js'
import { currentScope } from '../scope/current.js'
import type { Scope } from '../scope/scope.js'
import { setField } from '../translate/property.js'
import { millisToIso } from '../translate/time.js'
import { translateTrace } from '../translate/trace.js'
import { isLevel, LEVELS, type Level } from '../wire/level.js'
import { type Fields, LOG_ID_KEY } from '../wire/log.js'
import { type BuiltLog, buildLog, type CallContent } from './build-log.js'
import { callerSource } from './caller.js'
import { fields, named, text, texts } from './input.js'
import type { LogOptions } from './log-options.js'
import { observe } from './observe.js'

/** What a child logger adds to its parent or replaces. */
export interface ChildOptions {
  service?: string | undefined
  environment?: string | undefined
  version?: string | undefined
  /** Added to each log's metadata; each log's own keys win. */
  metadata?: Record<string, unknown> | undefined
  /** Replaces the tags of the process or request. Each log's own tags are appended. */
  tags?: readonly string[] | undefined
}

/** Measures one piece of work on the monotonic clock. */
export interface Timer {
  /** Writes an info log with `perf.duration_ms`, in milliseconds with a fraction. Returns its id. */
  end(message: string, options?: LogOptions): string
}

/** A log that was built but not written yet, by a call before `init`. */
export interface Unwritten extends BuiltLog {
  readonly scope: Scope
  readonly source: WriteOptions['source']
  readonly tags: WriteOptions['tags']
}

/** Receives the logs of a logger: the pipeline or, before `init`, the pre-init buffer. */
export interface Sink {
  readonly pipeline: Pipeline | undefined
  readonly now: () => number
  readonly monotonic: () => number
  /** Returns the log's id, or `''` when a log of this level is not wanted. */
  take(level: Level, build: () => Unwritten): string
}

/** One log call, as its method describes it. */
export interface Call extends CallContent {
  readonly level: unknown
  /** The function of this package that the application called. The stack frames above it belong to the application. */
  readonly below: (...args: never[]) => unknown
  /** Where the work began, for a log that is written at its end. */
  readonly source?: string | undefined
}

/**
 * Writes logs. No method throws, whatever it is passed; what cannot be a log is counted in `stats()`. Methods work
 * without `this`: `promise.catch(client.captureException)`.
 */
export class Logger {
  readonly #sink: Sink
  readonly #own: Readonly<Partial<Record<'service' | 'environment' | 'version', string>>>
  readonly #metadata: Fields | undefined
  readonly #tags: readonly string[] | undefined

  /** @internal */
  constructor(sink: Sink, own: ChildOptions = {}) {
    this.#sink = sink
    const { service, environment, version } = own
    this.#own = {
      ...(service && { service }),
      ...(environment && { environment }),
      ...(version && { version }),
    }
    this.#metadata = own.metadata
    this.#tags = own.tags
  }

  /**
   * Writes a log of the given level. Returns its id, the `eventId` of `submitFeedback`, or `''` when the log was
   * filtered out.
   */
  readonly log = (level: Level, message: string, options?: LogOptions): string =>
    this.write({ level, message, options, below: this.log })

  /** Writes a log of level `debug`. Returns its id, or `''` when the log was filtered out. */
  readonly debug = (message: string, options?: LogOptions): string =>
    this.write({ level: 'debug', message, options, below: this.debug })

  /** Writes a log of level `info`. Returns its id, or `''` when the log was filtered out. */
  readonly info = (message: string, options?: LogOptions): string =>
    this.write({ level: 'info', message, options, below: this.info })

  /** Writes a log of level `warn`. Returns its id, or `''` when the log was filtered out. */
  readonly warn = (message: string, options?: LogOptions): string =>
    this.write({ level: 'warn', message, options, below: this.warn })

  /** Writes a log of level `error`. Returns its id, or `''` when the log was filtered out. */
  readonly error = (message: string, options?: LogOptions): string =>
    this.write({ level: 'error', message, options, below: this.error })

  /** Writes a log of level `fatal`, which no duplicate window holds back. Returns its id. */
  readonly fatal = (message: string, options?: LogOptions): string =>
    this.write({ level: 'fatal', message, options, below: this.fatal })

  /**
   * Writes an error log of any thrown value. The message is the error's, or `Unknown error`. Causes are in
   * `error.stack` and, one by one, in `metadata["error.causes"]`. Returns the log's id.
   */
  readonly captureException = (error: unknown, options?: LogOptions): string =>
    this.write(captured(error, options, this.captureException))

  /** Starts a timer. Its `end(message)` writes the log. */
  readonly startTimer = (): Timer => {
    const startedAt = this.#sink.monotonic()
    const end = (message: string, options?: LogOptions): string => {
      const durationMs = this.#sink.monotonic() - startedAt
      return this.write({ level: 'info', message, options, durationMs, below: end })
    }
    return { end }
  }

  /**
   * Runs the function, sync or async, and returns its result. Writes an info log `<name>` with the duration, or an
   * error log `<name> failed` with what the function threw.
   * @throws what the function throws
   */
  readonly timed = <T>(name: string, fn: () => T, options?: LogOptions): T => {
    const startedAt = this.#sink.monotonic()
    const about = { options, below: this.timed, source: this.#callerOf(this.timed) }
    const durationMs = () => this.#sink.monotonic() - startedAt
    return observe(
      fn,
      () => void this.write({ ...about, level: 'info', message: name, durationMs: durationMs() }),
      (error) => {
        const message = `${text(name) ?? 'work'} failed`
        const thrown = { value: error }
        this.write({ ...about, level: 'error', message, thrown, durationMs: durationMs() })
      },
    )
  }

  /** Creates a logger with properties of its own. It uses the same pipeline, and its children inherit from it. */
  readonly child = (options?: ChildOptions): Logger => {
    const input = named(options, ['service', 'environment', 'version', 'metadata', 'tags'])
    const { service, environment, version } = this.#own
    return new Logger(this.#sink, {
      service: text(input.service) || service,
      environment: text(input.environment) || environment,
      version: text(input.version) || version,
      metadata: { ...this.#metadata, ...fields(input.metadata) },
      tags: texts(input.tags) ?? this.#tags,
    })
  }

  /** @internal */
  write(call: Call): string {
    try {
      const { level } = call
      if (isLevel(level)) return this.#sink.take(level, () => this.#build(level, call))
      const { ledger } = this.#sink.pipeline ?? {}
      if (ledger) ledger.written++
      ledger?.drop('invalid')
      warnOnce(
        'LOGNITOR_INVALID_LEVEL',
        `A log was dropped: its level must be one of ${LEVELS.join(', ')}, not ${typeof level === 'string' ? showValue(level) : typeInWords(level)}.`,
      )
    } catch {
      this.#sink.pipeline?.ledger.drop('hook_error')
    }
    return ''
  }

  /** Prints as the name alone, because the fields behind it hold the key. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `${this.constructor.name} {}`
  }

  #build(level: Level, call: Call): Unwritten {
    const scope = currentScope()
    const { log, thrown, ownStack, beforeSend } = buildLog(
      level,
      call,
      millisToIso(Math.floor(this.#sink.now())),
    )
    Object.assign(log, this.#own)
    log.metadata = this.#completeMetadata(log.metadata)
    const traced = translateTrace(trace.getActiveSpan()?.spanContext()) ?? scope.trace
    if (log.trace === undefined && traced !== undefined) log.trace = { ...traced }
    const source = log.source ?? call.source ?? this.#callerOf(call.below)
    if (source !== undefined) log.source = source
    const from = call.thrown && call.message === undefined ? 'capture' : 'call'
    return { log, thrown, ownStack, beforeSend, scope, source: from, tags: this.#tags }
  }

  /** Changed in place, because the object belongs to the log: adding to a spread copy takes V8 many times as long. */
  #completeMetadata(own: Fields = {}): Fields {
    for (const key in this.#metadata) if (!Object.hasOwn(own, key)) setField(own, key, this.#metadata[key])
    own[LOG_ID_KEY] = randomId()
    return own
  }

  #callerOf(below: Call['below']): string | undefined {
    return this.#sink.pipeline?.settings.captureCallerInfo ? callerSource(below) : undefined
  }
}

/** The log call that `captureException` makes. */
export function captured(error: unknown, options: unknown, below: Call['below']): Call {
  return { level: 'error', message: undefined, thrown: { value: error }, options, below }
}
