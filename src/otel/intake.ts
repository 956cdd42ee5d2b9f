import type { Pipeline } from '../pipeline/pipeline.js'
import { type ClientOrOptions, handleFor, type PipelineHandle } from '../pipeline/registry.js'
import type { Scope } from '../scope/scope.js'
import { translateLogRecord } from '../translate/log-record.js'
import type { LogRecordLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'
import type { ResourceFields } from '../translate/resource.js'
import { severityLevel } from '../translate/severity.js'
import type { Completed } from './completed.js'
import { ResourceReader } from './resource-reader.js'

const FLUSH_MS = 10_000

/** What the entry points of OpenTelemetry have in common: a hold on a pipeline, and resources that may take a moment. */
export class OtelIntake {
  readonly #handle: PipelineHandle
  #reader: ResourceReader | undefined
  /** Whose end and flushes are listened to. */
  #attachedTo: Pipeline | undefined
  readonly #detach: (() => unknown)[] = []
  readonly #onEnd: (() => void)[] = []
  readonly #onFlush: (() => void)[] = []
  #hasLearned = false
  #hasEnded = false

  /** @throws {LognitorError} for a wrong option */
  constructor(options: ClientOrOptions) {
    this.#handle = handleFor(options)
  }

  get pipeline(): Pipeline {
    const { pipeline } = this.#handle
    if (pipeline !== this.#attachedTo) this.#attach(pipeline)
    return pipeline
  }

  /** Whether it was shut down, and has handed on what came until then. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Counts a record that goes no further. */
  turnAway(reason: 'min_level' | 'closed'): void {
    const { ledger } = this.pipeline
    ledger.written++
    ledger.drop(reason)
  }

  /**
   * Takes one log record on its way, if its level is wanted. Never throws, whatever the record is.
   * @param complete asked for what the record has lost, once it is wanted
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
    // An exporter can be handed anything, and its getters may throw.
    const level = severityLevel(readProperty(record, 'severityNumber'), readProperty(record, 'severityText'))
    if (level !== undefined && !pipeline.wants(level)) return
    const { record: whole, thrown, ownStack } = guarded(() => complete(record)) ?? { record }
    this.withResource(readProperty(record, 'resource'), (resource) => {
      const log = translateLogRecord(whole, resource)
      // A record without a severity gets its level from what is in it.
      if (level === undefined && !pipeline.wants(log.level)) return
      pipeline.write(log, { source: 'record', scope, thrown, ownStack })
    })
  }

  /** Counts what is something to log, but cannot be read. */
  lose(): void {
    const { ledger } = this.pipeline
    ledger.written++
    ledger.drop('hook_error')
  }

  /** Calls `use`, which must not throw, with what the resource says, at once or as soon as that is known. */
  withResource(resource: unknown, use: (fields: ResourceFields) => void): void {
    const { pipeline } = this
    this.#reader ??= this.#openReader(pipeline)
    this.#reader.read(resource, use)
  }

  /** Reads the resource of the first span for what else the client sends, once there is a client to learn of it. */
  learnFrom(span: object): void {
    if (!this.#handle.isOpen) return
    if (this.#hasLearned && this.#handle.pipeline === this.#attachedTo) return
    const { pipeline } = this
    this.#reader ??= this.#openReader(pipeline)
    this.#reader.look(readProperty(span, 'resource'))
    this.#hasLearned = true
  }

  /** Has `letGo` called before the process, the client or this entry point ends. */
  beforeEnd(releaseHeld: () => void): void {
    this.#onEnd.push(releaseHeld)
  }

  /** Has `letGo` called before each flush. */
  beforeFlush(releaseHeld: () => void): void {
    this.#onFlush.push(releaseHeld)
  }

  /** Resolves when all that the client holds is delivered, or after 10 s. Never rejects. */
  async forceFlush(): Promise<void> {
    await this.pipeline.flush(FLUSH_MS)
  }

  /** Flushes and ends this entry point; see {@link Lease.end}. Never rejects. */
  async shutdown(): Promise<void> {
    await this.#reader?.ready()
    this.#releaseHeld()
    for (const detach of this.#detach.splice(0)) detach()
    await this.#handle.end(FLUSH_MS)
    // Not before: an SDK ends its parts all at once, and what was under way in one of them still comes.
    this.#hasEnded = true
  }

  #openReader(pipeline: Pipeline): ResourceReader {
    return new ResourceReader({
      clock: pipeline.clock,
      allAttributes: () => pipeline.settings.allResourceAttributes,
      learn: (fields) => pipeline.learn(fields),
    })
  }

  /** What the last pipeline's reader has told is not known to this one, so each has its own. */
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
    this.#reader?.settle()
    for (const releaseHeld of this.#onEnd) releaseHeld()
  }
}

function asItIs(record: LogRecordLike): Completed {
  return { record }
}

function guarded<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
