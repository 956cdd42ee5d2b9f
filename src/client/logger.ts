import { randomUUID } from 'node:crypto'
import { trace } from '@opentelemetry/api'
import { warnOnce } from '../errors.js'
import type { Pipeline } from '../pipeline.js'
import { currentScope } from '../scope/current.js'
import type { Scope } from '../scope/scope.js'
import { isLevel, type Level } from '../wire/level.js'
import { type Fields, LOG_ID_KEY } from '../wire/log.js'
import { type BuiltLog, buildLog, fields, texts } from './build-log.js'
import { callerSource } from './caller.js'
import type { LogOptions } from './log-options.js'

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

export const UNKNOWN_ERROR = 'Unknown error'

/** A log that was built and is not written yet: what a call before `init` leaves behind. */
export interface Unwritten extends BuiltLog {
  readonly scope: Scope
  readonly options: LogOptions
}

/** Where a logger's logs go: into the pipeline, or, before `init`, into the waiting room. */
export interface Sink {
  readonly pipeline: Pipeline | undefined
  readonly now: () => number
  readonly monotonic: () => number
  /** Gives the log's id, `''` when it is not wanted. */
  take(level: Level, build: () => Unwritten, tags: readonly string[] | undefined): string
}

/** Writes logs. Nothing here throws; what cannot be a log is counted in `stats()`. */
export class Logger {
  readonly #sink: Sink
  readonly #own: ChildOptions
  readonly #metadata: Fields | undefined
  readonly #tags: readonly string[] | undefined

  /** @internal */
  constructor(sink: Sink, own: ChildOptions = {}) {
    this.#sink = sink
    this.#own = own
    this.#metadata = fields(own.metadata)
    this.#tags = texts(own.tags)
  }

  /** Gives the log's id, the `eventId` of `submitFeedback`; `''` when it was filtered out. */
  log(level: Level, message: string, options?: LogOptions): string {
    return this.#write(level, message, options, this.log)
  }

  debug(message: string, options?: LogOptions): string {
    return this.#write('debug', message, options, this.debug)
  }

  info(message: string, options?: LogOptions): string {
    return this.#write('info', message, options, this.info)
  }

  warn(message: string, options?: LogOptions): string {
    return this.#write('warn', message, options, this.warn)
  }

  error(message: string, options?: LogOptions): string {
    return this.#write('error', message, options, this.error)
  }

  fatal(message: string, options?: LogOptions): string {
    return this.#write('fatal', message, options, this.fatal)
  }

  /**
   * Writes an error log about anything that can be thrown. Its message is the error's, or `Unknown error`; its
   * causes follow in `error.stack` and, one by one, in `metadata["error.causes"]`.
   */
  captureException(error: unknown, options: LogOptions = {}): string {
    return this.#write('error', undefined, { ...options, error: error ?? NOTHING }, this.captureException)
  }

  startTimer(): Timer {
    const startedAt = this.#sink.monotonic()
    const end = (message: string, options: LogOptions = {}): string => {
      const durationMs = this.#sink.monotonic() - startedAt
      return this.#write('info', message, { ...options, perf: { ...options.perf, durationMs } }, end)
    }
    return { end }
  }

  /**
   * Runs the function, sync or async, and gives its result. Writes an info log `name` with how long it took,
   * or an error log when it failed, and then throws what it threw.
   */
  timed<T>(name: string, fn: () => T, options: LogOptions = {}): T {
    const startedAt = this.#sink.monotonic()
    const perf = () => ({ ...options.perf, durationMs: this.#sink.monotonic() - startedAt })
    const succeed = () => void this.#write('info', name, { ...options, perf: perf() }, this.timed)
    const fail = (error: unknown) =>
      void this.#write('error', name, { ...options, error: error ?? NOTHING, perf: perf() }, this.timed)
    return observe(fn, succeed, fail)
  }

  /** A logger with more of its own; it shares the batcher, and its children inherit in turn. */
  child(options: ChildOptions = {}): Logger {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
    const metadata = { ...this.#metadata, ...fields(options.metadata) }
    return new Logger(this.#sink, { ...this.#own, ...given, metadata })
  }

  #write(
    level: unknown,
    message: unknown,
    options: LogOptions | undefined,
    method: (...args: never[]) => unknown,
  ): string {
    try {
      if (!isLevel(level)) {
        const { ledger } = this.#sink.pipeline ?? {}
        if (ledger) ledger.written++
        ledger?.drop('invalid')
        warnOnce(
          'LOGNITOR_INVALID_LEVEL',
          'A log was dropped: its level is none of debug, info, warn, error, fatal.',
        )
        return ''
      }
      return this.#sink.take(level, () => this.#build(level, message, options ?? {}, method), this.#tags)
    } catch {
      this.#sink.pipeline?.ledger.drop('hook_error')
      return ''
    }
  }

  #build(
    level: Level,
    message: unknown,
    options: LogOptions,
    method: (...args: never[]) => unknown,
  ): Unwritten {
    const built = buildLog(level, message, options, new Date(this.#sink.now()).toISOString())
    const { log } = built
    const { service, environment, version } = this.#own
    if (service !== undefined) log.service = service
    if (environment !== undefined) log.environment = environment
    if (version !== undefined) log.version = version
    if (this.#metadata) log.metadata = { ...this.#metadata, ...log.metadata }
    log.metadata = { ...log.metadata, [LOG_ID_KEY]: randomUUID() }
    const span = trace.getActiveSpan()?.spanContext()
    if (log.trace === undefined && span !== undefined && isValid(span.traceId)) {
      log.trace = { trace_id: span.traceId, span_id: span.spanId }
    }
    if (log.source === undefined && this.#sink.pipeline?.settings.captureCallerInfo) {
      const source = callerSource(method)
      if (source !== undefined) log.source = source
    }
    return { ...built, scope: currentScope(), options }
  }
}

/** What stands for a thrown `undefined` or `null`, which are no error to see. */
const NOTHING = Object.freeze({ type: 'Error', message: UNKNOWN_ERROR })

/** Calls one of the two when the work is over, at once or by a promise; the work's result is passed on. */
export function observe<T>(
  fn: () => T,
  succeeded: (result: unknown) => void,
  failed: (error: unknown) => void,
): T {
  let result: T
  try {
    result = fn()
  } catch (error) {
    failed(error)
    throw error
  }
  if (!isThenable(result)) {
    succeeded(result)
    return result
  }
  // The very promise goes back, so that what the caller does not handle stays unhandled, and is his.
  result.then(succeeded, failed)
  return result
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}

function isValid(traceId: string): boolean {
  return /[1-9a-f]/.test(traceId)
}
