import { oneOf } from '../config/option-kinds.js'
import { checkValue, expectObject } from '../config/options.js'
import { hookDiagLoggers } from '../diagnostics/diag-logger.js'
import type { ClientOrOptions } from '../pipeline/registry.js'
import { currentScope, processScope } from '../scope/current.js'
import type { Scope } from '../scope/scope.js'
import type { InstrumentationScopeLike, LogRecordLike } from '../translate/otel.js'
import { readProperty, readText } from '../translate/property.js'
import { severityLevel } from '../translate/severity.js'
import { LEVELS, type Level, levelRank } from '../wire/level.js'
import { completeRecord } from './complete-record.js'
import { isDiagLine } from './diag-lines.js'
import { FinalHandlerLines } from './final-handler.js'
import { OtelIntake } from './intake.js'
import { asWarning } from './node-warning.js'
import { watchPino } from './pino-line.js'
import { learnRecordClass, watchRecords } from './record-input.js'
import { scopeOfRecord } from './record-scope.js'
import { LOGNITOR_PART, warnOfStoppedExport } from './stopped-export.js'

/** `{ client }` or a client's options, with minimum levels by logger bridge. */
export type LogRecordProcessorOptions = Omit<ClientOrOptions, 'minLevel'> & {
  /**
   * Lowest level that is sent: one for all, or one per logger bridge, named by its short name (`pino`, `winston`,
   * `bunyan`, `console`) or by its instrumentation scope. Default: the client's `minLevel`.
   */
  minLevel?: Level | Readonly<Record<string, Level>> | undefined
}

/**
 * A LogRecordProcessor that passes each record to the client as it is emitted, so that no record waits in a queue of
 * the SDK when the process crashes. It needs no exporter and no batch processor.
 *
 * @example
 * new NodeSDK({ logRecordProcessors: [new LognitorLogRecordProcessor({ client, minLevel: { pino: 'warn' } })] })
 */
export class LognitorLogRecordProcessor {
  /** @internal */
  readonly [LOGNITOR_PART] = true
  readonly #intake: OtelIntake
  /** Minimum levels by bridge; the key '' holds the one for all others. */
  readonly #minLevels: ReadonlyMap<string, Level>
  readonly #unwatchPino: () => void
  readonly #finalHandler: FinalHandlerLines

  /**
   * @param input `{ client }`, or a client's options; with neither, the default client is used
   * @throws LognitorError for a wrong option
   */
  constructor(input: LogRecordProcessorOptions = {}) {
    expectObject(input)
    const { minLevel, ...options } = input
    this.#minLevels = readMinLevels(minLevel)
    this.#intake = new OtelIntake(options)
    this.#unwatchPino = watchPino()
    this.#finalHandler = new FinalHandlerLines(this.#intake, (record, scope) => this.#take(record, scope))
    hookDiagLoggers()
  }

  onEmit(record: LogRecordLike): void {
    try {
      if (isDiagLine()) return
      watchRecords(record)
      warnOfStoppedExport()
      const scope = scopeOf(record)
      if (!this.#finalHandler.hold(record, scope)) this.#take(asWarning(record), scope)
    } catch {
      // The SDK calls processors inside the application's log call and catches nothing.
      this.#intake.drop()
    }
  }

  /** Lets a logger skip building records that would not be sent. The SDK asks right before it creates a record. */
  enabled(about: { instrumentationScope: InstrumentationScopeLike; severityNumber?: number }): boolean {
    learnRecordClass()
    return this.#passes(about)
  }

  /** Resolves when everything the client holds is delivered, or after 10 s. Never rejects. */
  forceFlush(): Promise<void> {
    return this.#intake.forceFlush()
  }

  /**
   * Flushes and ends this entry point. The client keeps running, unless entry points created it and this was the last
   * of them.
   */
  shutdown(): Promise<void> {
    this.#unwatchPino()
    return this.#intake.shutdown()
  }

  #take(record: LogRecordLike, scope: Scope): void {
    if (this.#passes(record)) this.#intake.takeRecord(record, scope, completeRecord)
    else this.#intake.turnAway('min_level')
  }

  /** Reads the record defensively: some loggers create their records themselves. */
  #passes(record: unknown): boolean {
    const levels = this.#minLevels
    if (levels.size === 0) return true
    const scope = readText(readProperty(record, 'instrumentationScope'), 'name') ?? ''
    const least = levels.get(scope) ?? levels.get(bridgeName(scope)) ?? levels.get('')
    const level = severityLevel(readProperty(record, 'severityNumber'), readProperty(record, 'severityText'))
    return least === undefined || level === undefined || levelRank(level) >= levelRank(least)
  }
}

/** The current scope. A record emitted outside of any request may still carry the trace of one. */
function scopeOf(record: LogRecordLike): Scope {
  const scope = currentScope()
  return scope === processScope() ? scopeOfRecord(record) : scope
}

/** `pino` for `@opentelemetry/instrumentation-pino`, `winston` for `@opentelemetry/winston-transport`. */
function bridgeName(scope: string): string {
  return scope.replace(/^@opentelemetry\//, '').replace(/^instrumentation-|-transport$/, '')
}

const levelKind = oneOf(LEVELS)

function readMinLevels(input: LogRecordProcessorOptions['minLevel']): ReadonlyMap<string, Level> {
  const isByBridge = typeof input === 'object' && input !== null
  const levels = new Map<string, Level>()
  for (const [bridge, level] of Object.entries<unknown>(isByBridge ? input : { '': input })) {
    const option = bridge === '' ? 'minLevel' : `minLevel.${bridge}`
    if (level !== undefined) levels.set(bridge, checkValue(option, levelKind, level))
  }
  return levels
}
