import { clearTimeout, setImmediate, setTimeout } from '../common/clock.js'
import { isDiagMark, markDiagLines, meetDiagLoggers } from '../diagnostics/diag-logger.js'
import type { ClientOrOptions } from '../pipeline/registry.js'
import { keepAnsweredScopes } from '../scope/current.js'
import type { LogRecordLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'
import { OtelIntake } from './intake.js'
import { scopeOfRecord } from './record-scope.js'
import { LOGNITOR_PART, warnOfStoppedExport } from './stopped-export.js'

/** OpenTelemetry's result of an export: 0 is success, 1 failure. */
export interface ExportResult {
  code: 0 | 1
  error?: Error
}

/**
 * A LogRecordExporter for Lognitor, to stand behind any processor, Batch or Simple. It takes records at once
 * and hands them to the client, which batches, retries and bounds; so an export never waits, and fails only after
 * `shutdown`. Prefer {@link LognitorLogRecordProcessor} where you can: in front of it there is no queue that a crash
 * would empty.
 *
 * @example
 * new BatchLogRecordProcessor({ exporter: new LognitorLogRecordExporter({ apiKey, service: 'shop' }) })
 */
export class LognitorLogRecordExporter {
  /** @internal */
  readonly [LOGNITOR_PART] = true
  readonly #intake: OtelIntake
  #hasExported = false
  #onFirstExport: (() => void) | undefined

  /**
   * @param options `{ client }`, or a client's options; with neither the default client is used
   * @throws {LognitorError} for a wrong option
   */
  constructor(options: ClientOrOptions = {}) {
    this.#intake = new OtelIntake(options)
    markDiagLines()
    meetDiagLoggers()
    keepAnsweredScopes()
  }

  /** Takes the records and calls back at once: with success, and with failure only after `shutdown`. */
  export(records: readonly LogRecordLike[], done: (result: ExportResult) => void): void {
    this.#hasExported = true
    this.#onFirstExport?.()
    try {
      warnOfStoppedExport()
      // It has left its request behind; its trace knows the way back.
      for (const record of records) {
        if (!isDiagMark(readProperty(record, 'spanContext')))
          this.#intake.takeRecord(record, scopeOfRecord(record))
      }
    } catch {
      // No list of an SDK's.
    } finally {
      // A callback that never comes would keep the SDK's timer, and with it the process, alive.
      done(this.#intake.hasEnded ? ENDED : { code: 0 })
    }
  }

  /** Resolves when all that the client holds is delivered, or after 10 s. Never rejects. */
  forceFlush(): Promise<void> {
    return this.#intake.forceFlush()
  }

  /** Flushes and ends this entry point; the client goes on, unless entry points made it and this was the last. */
  async shutdown(): Promise<void> {
    if (!this.#hasExported) await this.#firstExport()
    await this.#intake.shutdown()
  }

  /**
   * The SDK's Simple processor holds records back while their resource is still being detected, and ends its
   * exporter without them. They come all at once then; after that there is nothing more to wait for.
   */
  async #firstExport(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LATE_MS)
      this.#onFirstExport = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const ENDED: ExportResult = { code: 1, error: new Error('The exporter was shut down') }

/** Detecting a host takes the SDK a few milliseconds; an exporter that had nothing to do must not hold up an end. */
const LATE_MS = 100
