import { randomUUID } from 'node:crypto'
import { trace } from '@opentelemetry/api'
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
import { type BuiltLog, buildLog, type Said } from './build-log.js'
import { callerSource } from './caller.js'
import { fields, named, text, texts } from './input.js'
import type { LogOptions } from './log-options.js'
import { observe } from './observe.js'

/** What a child adds to, or says instead of, its parent. */
export interface ChildOptions {
  service?: string | undefined
  environment?: string | undefined
  version?: string | undefined
  /** Under each log's own metadata, key by key. */
  metadata?: Record<string, unknown> | undefined
  /** In place of the tags of the process or request; each log's own are appended. */
  tags?: readonly string[] | undefined
}

/** Measures one piece of work on the monotonic clock. */
export interface Timer {
  /** Writes an info log with `perf.duration_ms`, in milliseconds with a fraction; gives its id. */
  end(message: string, options?: LogOptions): string
}

/** A log that was built and is not written yet: what a call before `init` leaves behind. */
export interface Unwritten extends BuiltLog {
  readonly scope: Scope
  readonly source: WriteOptions['source']
  readonly tags: WriteOptions['tags']
}

/** Where a logger's logs go: into the pipeline, or, before `init`, into the waiting room. */
export interface Sink {
  readonly pipeline: Pipeline | undefined
  readonly now: () => number
  readonly monotonic: () => number
  /** Gives the log's id, `''` when it is not wanted. */
  take(level: Level, build: () => Unwritten): string
}

/** One call, as the method that was called has it. */
export interface Call extends Said {
  readonly level: unknown
  /** The function of ours that the application called: what is above it is the application's. */
  readonly below: (...args: never[]) => unknown
  /** Where the work began that is logged now. */
  readonly source?: string | undefined
}

/**
 * Writes logs. Nothing here throws, whatever it is given; what cannot be a log is counted in `stats()`. The
 * methods need no `this`: `promise.catch(client.captureException)` is all right.
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

  /** Gives the log's id, the `eventId` of `submitFeedback`; `''` when it was filtered out. */
  readonly log = (level: Level, message: string, options?: LogOptions): string =>
    this.write({ level, message, options, below: this.log })

  /** Writes a log of level `debug`; gives its id, `''` when it was filtered out. */
  readonly debug = (message: string, options?: LogOptions): string =>
    this.write({ level: 'debug', message, options, below: this.debug })

  /** Writes a log of level `info`; gives its id, `''` when it was filtered out. */
  readonly info = (message: string, options?: LogOptions): string =>
    this.write({ level: 'info', message, options, below: this.info })

  /** Writes a log of level `warn`; gives its id, `''` when it was filtered out. */
  readonly warn = (message: string, options?: LogOptions): string =>
    this.write({ level: 'warn', message, options, below: this.warn })

  /** Writes a log of level `error`; gives its id, `''` when it was filtered out. */
  readonly error = (message: string, options?: LogOptions): string =>
    this.write({ level: 'error', message, options, below: this.error })

  /** Writes a log of level `fatal`; gives its id. No duplicate window holds it back. */
  readonly fatal = (message: string, options?: LogOptions): string =>
    this.write({ level: 'fatal', message, options, below: this.fatal })

  /**
   * Writes an error log about anything that can be thrown. Its message is the error's, or `Unknown error`; its
   * causes follow in `error.stack` and, one by one, in `metadata["error.causes"]`.
   */
  readonly captureException = (error: unknown, options?: LogOptions): string =>
    this.write(captured(error, options, this.captureException))

  /** Begins to measure; `end(message)` writes the log. */
  readonly startTimer = (): Timer => {
    const startedAt = this.#sink.monotonic()
    const end = (message: string, options?: LogOptions): string => {
      const durationMs = this.#sink.monotonic() - startedAt
      return this.write({ level: 'info', message, options, durationMs, below: end })
    }
    return { end }
  }

  /**
   * Runs the function, sync or async, and gives its result. Writes an info log `name` with how long it took, or
   * an error log `name failed`, and then throws what it threw.
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

  /** A logger with more of its own; it shares the batcher, and its children inherit in turn. */
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

  /** Printed it is its name alone: what is behind it holds the key. @internal */
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

  /** In place, as it is the log's own: a spread copy with something added takes V8 many times as long. */
  #completeMetadata(own: Fields = {}): Fields {
    for (const key in this.#metadata) if (!Object.hasOwn(own, key)) setField(own, key, this.#metadata[key])
    own[LOG_ID_KEY] = randomUUID()
    return own
  }

  #callerOf(below: Call['below']): string | undefined {
    return this.#sink.pipeline?.settings.captureCallerInfo ? callerSource(below) : undefined
  }
}

/** The call of `captureException`. */
export function captured(error: unknown, options: unknown, below: Call['below']): Call {
  return { level: 'error', message: undefined, thrown: { value: error }, options, below }
}
