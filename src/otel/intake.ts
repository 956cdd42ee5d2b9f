import type { Pipeline } from '../pipeline/pipeline.js'
import { type ClientOrOptions, handleFor, type PipelineHandle } from '../pipeline/registry.js'
import type { Scope } from '../scope/scope.js'
import { translateLogRecord } from '../translate/log-record.js'
import type { LogRecordLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'
import type { ResourceFields } from '../translate/resource.js'
import { severityLevel } from '../translate/severity.js'
import type { Level } from '../wire/level.js'
import type { Completed } from './completed.js'
import { ResourceReader } from './resource-reader.js'

const FLUSH_MS = 10_000

/**
 * The common part of the OpenTelemetry entry points: a pipeline handle, and resources that are still being detected.
 */
export class OtelIntake {
  readonly #handle: PipelineHandle
  #reader: ResourceReader | undefined
  /** The pipeline whose end and flushes this intake listens to. */
  #attachedTo: Pipeline | undefined
  readonly #detach: (() => unknown)[] = []
  readonly #onEnd: (() => void)[] = []
  readonly #onFlush: (() => void)[] = []
  #hasLearned = false
  #hasEnded = false

  /** @throws LognitorError for a wrong option */
  constructor(options: ClientOrOptions) {
    this.#handle = handleFor(options)
  }

  get pipeline(): Pipeline {
    const { pipeline } = this.#handle
    if (pipeline !== this.#attachedTo) this.#attach(pipeline)
    return pipeline
  }

  /** Whether this entry point was shut down and has passed on everything received before. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Counts a record that is not processed. */
  turnAway(reason: 'min_level' | 'closed'): void {
    const { ledger } = this.pipeline
    ledger.written++
    ledger.drop(reason)
  }

  /**
   * Passes one log record to the pipeline, if its level is wanted. Never throws, whatever the record is.
   * @param complete restores what the SDK removed from the record; called only for a wanted record
   */
  takeRecord(
    record: LogRecordLike,
    scope: Scope,
    complete: (record: LogRecordLike) => Completed = asItIs,
  ): void {
    if (this.#hasEnded) {
      this.turnAway('closed')
      return
    }
    const { pipeline } = this
    const level = levelOf(record)
    if (level !== undefined && !pipeline.wants(level)) return
    let completed: Completed = { record }
    try {
      completed = complete(record)
    } catch {
      // A getter of the record threw: it is translated as it is.
    }
    const resource = resourceOf(record)
    const reader = this.#readerOf(pipeline)
    const known = reader.find(resource)
    // Most records come with a resource that was read before, and need no function that waits for it.
    if (known !== undefined) writeRecord(pipeline, completed, known, level, scope)
    else reader.read(resource, (fields) => writeRecord(pipeline, completed, fields, level, scope))
  }

  /** Counts a record or event that cannot be read. */
  drop(): void {
    const { ledger } = this.pipeline
    ledger.written++
    ledger.drop('hook_error')
  }

  /** Calls `use`, which must not throw, with the resource's fields: at once, or as soon as the resource is detected. */
  withResource(resource: unknown, use: (fields: ResourceFields) => void): void {
    this.#readerOf(this.pipeline).read(resource, use)
  }

  /** Reads the resource of the first span, so that request entries and client calls carry its service too. */
  learnFrom(span: object): void {
    if (!this.#handle.isOpen) return
    if (this.#hasLearned && this.#handle.pipeline === this.#attachedTo) return
    this.#readerOf(this.pipeline).look(readProperty(span, 'resource'))
    this.#hasLearned = true
  }

  /** Calls `releaseHeld` before the process, the client or this entry point ends. */
  beforeEnd(releaseHeld: () => void): void {
    this.#onEnd.push(releaseHeld)
  }

  /** Calls `releaseHeld` before each flush. */
  beforeFlush(releaseHeld: () => void): void {
    this.#onFlush.push(releaseHeld)
  }

  /** Resolves when everything the client holds is delivered, or after 10 s. Never rejects. */
  async forceFlush(): Promise<void> {
    await this.pipeline.flush(FLUSH_MS)
  }

  /** Flushes and ends this entry point; see {@link PipelineHandle.end}. Never rejects. */
  async shutdown(): Promise<void> {
    await this.#reader?.ready()
    this.#releaseHeld()
    for (const detach of this.#detach.splice(0)) detach()
    await this.#handle.end(FLUSH_MS)
    // Set only now: an SDK shuts down all its parts at once, and records that are in process in one of them still
    // arrive.
    this.#hasEnded = true
  }

  #readerOf(pipeline: Pipeline): ResourceReader {
    this.#reader ??= new ResourceReader({
      clock: pipeline.clock,
      allAttributes: () => pipeline.settings.allResourceAttributes,
      learn: (fields) => pipeline.learn(fields),
    })
    return this.#reader
  }

  /**
   * Each pipeline gets a reader of its own, because it has not learnt the resources that an earlier pipeline learnt.
   */
  #attach(pipeline: Pipeline): void {
    for (const detach of this.#detach.splice(0)) detach()
    this.#releaseHeld()
    this.#reader = undefined
    this.#hasLearned = false
    this.#attachedTo = pipeline
    this.#detach.push(
      pipeline.beforeEnd(() => this.#releaseHeld()),
      pipeline.beforeFlush(async () => {
        for (const releaseHeld of this.#onFlush) releaseHeld()
        await this.#reader?.ready()
      }),
    )
  }

  #releaseHeld(): void {
    this.#reader?.finishAll()
    for (const releaseHeld of this.#onEnd) releaseHeld()
  }
}

function asItIs(record: LogRecordLike): Completed {
  return { record }
}

function writeRecord(
  pipeline: Pipeline,
  { record, thrown, ownStack }: Completed,
  resource: ResourceFields,
  level: Level | undefined,
  scope: Scope,
): void {
  const log = translateLogRecord(record, resource)
  // The level of a record without a severity follows from its content.
  if (level === undefined && !pipeline.wants(log.level)) return
  pipeline.write(log, { source: 'record', scope, thrown, ownStack })
}

// An exporter may receive anything, and getters of a record may throw.

function levelOf(record: LogRecordLike): Level | undefined {
  try {
    return severityLevel(record.severityNumber, record.severityText)
  } catch {
    return severityLevel(readProperty(record, 'severityNumber'), readProperty(record, 'severityText'))
  }
}

function resourceOf(record: LogRecordLike): unknown {
  try {
    return record.resource
  } catch {
    return undefined
  }
}
