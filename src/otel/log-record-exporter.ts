import { setImmediate, setTimeout } from '../common/clock.js'
import { hookDiagLoggers, isDiagMark, markDiagLines } from '../diagnostics/diag-logger.js'
import type { ClientOrOptions } from '../pipeline/registry.js'
import { keepAnsweredScopes } from '../scope/current.js'
import type { LogRecordLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'
import { FinalHandlerLines } from './final-handler.js'
import { OtelIntake } from './intake.js'
import { asWarning } from './node-warning.js'
import { learnRecordClass, watchRecords } from './record-input.js'
import { scopeOfRecord } from './record-scope.js'
import { LOGNITOR_PART, warnOfStoppedExport } from './stopped-export.js'

/** OpenTelemetry's result of an export: 0 is success, 1 is failure. */
export interface ExportResult {
  code: 0 | 1
  error?: Error
}

/**
 * A LogRecordExporter for Lognitor, to be used behind any processor, Batch or Simple. It passes records to the client
 * at once, and the client batches, retries and bounds. An export therefore never waits, and fails only after
 * `shutdown`. Prefer {@link LognitorLogRecordProcessor}: it has no batch queue in front of it whose records a crash
 * would lose.
 *
 * @example
 * new BatchLogRecordProcessor({ exporter: new LognitorLogRecordExporter({ apiKey, service: 'shop' }) })
 */
export class LognitorLogRecordExporter {
  /** @internal */
  readonly [LOGNITOR_PART] = true
  readonly #intake: OtelIntake
  readonly #finalHandler: FinalHandlerLines
  #hasExported = false

  /**
   * @param options `{ client }`, or a client's options; with neither, the default client is used
   * @throws LognitorError for a wrong option
   */
  constructor(options: ClientOrOptions = {}) {
    this.#intake = new OtelIntake(options)
    this.#finalHandler = new FinalHandlerLines(this.#intake, (record, scope) =>
      this.#intake.takeRecord(record, scope),
    )
    learnRecordClass()
    markDiagLines()
    hookDiagLoggers()
    keepAnsweredScopes()
  }

  /** Takes the records and calls back at once: with success, or with failure after `shutdown`. */
  export(records: readonly LogRecordLike[], done: (result: ExportResult) => void): void {
    this.#hasExported = true
    try {
      warnOfStoppedExport()
      // An export runs outside of the request that wrote the record. The record's trace identifies that request.
      for (const record of records) {
        if (isDiagMark(readProperty(record, 'spanContext'))) continue
        watchRecords(record)
        const scope = scopeOfRecord(record)
        if (!this.#finalHandler.hold(record, scope)) this.#intake.takeRecord(asWarning(record), scope)
      }
    } catch {
      // `records` was not iterable, so this call did not come from an SDK.
    } finally {
      // A callback that is never called would keep the SDK's timer, and with it the process, alive.
      done(this.#intake.hasEnded ? ENDED : { code: 0 })
    }
  }

  /** Resolves when everything the client holds is delivered, or after 10 s. Never rejects. */
  forceFlush(): Promise<void> {
    return this.#intake.forceFlush()
  }

  /**
   * Flushes and ends this entry point. The client keeps running, unless entry points created it and this was the last
   * of them.
   */
  async shutdown(): Promise<void> {
    if (!this.#hasExported) await this.#firstExport()
    await this.#intake.shutdown()
  }

  /**
   * The SDK's Simple processor holds records while their resource is being detected, and shuts its exporter down before
   * it exports them. They then arrive in one export, so after the first one there is nothing to wait for.
   */
  async #firstExport(): Promise<void> {
    // A blocked event loop makes one of the pauses longer, and the detection goes on in the others.
    for (let pause = 0; pause < PAUSES && !this.#hasExported; pause++)
      await new Promise<void>((resolve) => setTimeout(resolve, PAUSE_MS))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const ENDED: ExportResult = { code: 1, error: new Error('The exporter was shut down') }

/**
 * The SDK detects a host in a few milliseconds. An exporter that received nothing must not delay the end of the
 * process.
 */
const PAUSES = 10
const PAUSE_MS = 10
