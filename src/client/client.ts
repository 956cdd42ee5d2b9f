import { checkOptions, type Options } from '../options.js'
import type { Pipeline, Stats } from '../pipeline.js'
import { clientPipeline, PIPELINE } from '../pipelines.js'
import { type FeedbackOptions, submitFeedback } from './feedback.js'
import { createHeartbeat, type Heartbeat } from './heartbeat.js'
import { Logger } from './logger.js'
import { pipelineSink } from './pipeline-sink.js'
import { type RegisteredRelease, type ReleaseOptions, registerRelease } from './release.js'
import * as scoped from './scoped.js'

const FLUSH_MS = 10_000

/**
 * The companion of the OpenTelemetry doors: everything Lognitor offers that OpenTelemetry has no word for, on
 * the very batcher that the doors use. Made by `init`; an own one is for a second project.
 */
export class LognitorClient extends Logger {
  declare readonly [PIPELINE]: Pipeline
  readonly addBreadcrumb = scoped.addBreadcrumb
  readonly setUser = scoped.setUser
  readonly clearUser = scoped.clearUser
  readonly setContext = scoped.setContext
  readonly setTags = scoped.setTags
  readonly setSession = scoped.setSession
  readonly withScope = scoped.withScope

  /** @throws {LognitorError} for a wrong option */
  constructor(options: Options | Pipeline = {}) {
    const pipeline = isPipeline(options) ? options : clientPipeline(options)
    super(pipelineSink(pipeline))
    // Not enumerable, so that nobody who prints a client prints its key.
    Object.defineProperty(this, PIPELINE, { value: pipeline })
  }

  /**
   * A monitor's heart, by the token of its address.
   * @example await client.heartbeat('tok_123').wrap(runNightlyJob)
   */
  heartbeat(token: string): Heartbeat {
    return createHeartbeat(this[PIPELINE], token, (error) => this.captureException(error))
  }

  /** A user's own words about a log; `eventId` is what the log call returned. True when it was taken. Never rejects. */
  submitFeedback(options: FeedbackOptions): Promise<boolean> {
    return submitFeedback(this[PIPELINE], options)
  }

  /**
   * Registers a release; from then on logs of all doors carry it. Resolves to what Lognitor answered, or to
   * null when it could not be had. Never rejects.
   */
  registerRelease(options: ReleaseOptions): Promise<RegisteredRelease | null> {
    return registerRelease(this[PIPELINE], options)
  }

  /** Sends nothing until `resume`; what comes in is kept within the queue's bounds. */
  pause(): void {
    this[PIPELINE].pause()
  }

  resume(): void {
    this[PIPELINE].resume()
  }

  /**
   * Other options from now on; those not named stay.
   * @throws {LognitorError} for a wrong option
   */
  reconfigure(options: Options): void {
    const pipeline = this[PIPELINE]
    pipeline.reconfigure(Object.freeze({ ...pipeline.settings, ...checkOptions(options) }))
  }

  /** Resolves to true when everything written so far is delivered, to false when not within the time. Never rejects. */
  flush(timeoutMs: number = FLUSH_MS): Promise<boolean> {
    return this[PIPELINE].flush(timeoutMs)
  }

  /** Flushes and ends the client for good. True when everything was delivered. Never rejects. */
  shutdown(timeoutMs: number = FLUSH_MS): Promise<boolean> {
    return this[PIPELINE].shutdown(timeoutMs)
  }

  /** What was written, delivered, is waiting, was dropped and why. */
  stats(): Stats {
    return this[PIPELINE].stats()
  }
}

function isPipeline(given: Options | Pipeline): given is Pipeline {
  return 'ledger' in given
}
