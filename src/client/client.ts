import { shared } from '../common/shared.js'
import type { Options } from '../config/options.js'
import { IS_PIPELINE } from '../pipeline/brand.js'
import type { Pipeline, Stats } from '../pipeline/pipeline.js'
import { clientPipeline, PIPELINE, reconfigurePipeline } from '../pipeline/registry.js'
import { type FeedbackOptions, submitFeedback } from './feedback.js'
import { type Heartbeat, pipelineHeartbeat } from './heartbeat.js'
import { Logger } from './logger.js'
import { pipelineSink } from './pipeline-sink.js'
import { type RegisteredRelease, type ReleaseOptions, registerRelease } from './release.js'
import * as scoped from './scoped.js'

const FLUSH_MS = 10_000

class Client extends Logger {
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
  readonly heartbeat = (token: string): Heartbeat =>
    pipelineHeartbeat(this[PIPELINE], token, (error) => this.captureException(error))

  /**
   * A user's own words about a log; `eventId` is what the log call returned. True when it was taken within 10 s;
   * else it is tried on. Never rejects.
   */
  readonly submitFeedback = (options: FeedbackOptions): Promise<boolean> =>
    submitFeedback(this[PIPELINE], options)

  /**
   * Registers a release; from then on logs of all entry points carry it. Resolves to what Lognitor answered, or to
   * null when that could not be had within 10 s; then it is tried on. Never rejects.
   */
  readonly registerRelease = (options: ReleaseOptions): Promise<RegisteredRelease | null> =>
    registerRelease(this[PIPELINE], options)

  /** Sends no logs and no request entries until `resume`; what comes in is kept within the queue's bounds. */
  readonly pause = (): void => this[PIPELINE].pause()

  readonly resume = (): void => this[PIPELINE].resume()

  /**
   * Other options from now on; those not named stay.
   * @throws {LognitorError} for a wrong option
   */
  readonly reconfigure = (options: Options): void => reconfigurePipeline(this[PIPELINE], options)

  /** Resolves to true when everything written so far is delivered, to false when not within the time. Never rejects. */
  readonly flush = (timeoutMs?: number): Promise<boolean> => this[PIPELINE].flush(timeOf(timeoutMs))

  /** Flushes and ends the client for good. True when everything was delivered. Never rejects. */
  readonly shutdown = (timeoutMs?: number): Promise<boolean> => this[PIPELINE].shutdown(timeOf(timeoutMs))

  /** What was written, delivered, is waiting, was dropped and why. */
  readonly stats = (): Stats => this[PIPELINE].stats()
}

/**
 * The companion of the OpenTelemetry entry points: everything Lognitor offers that OpenTelemetry has no word for, on
 * the very batcher that the entry points use. Made by `init`; an own one is for a second project.
 */
export const LognitorClient = shared('LognitorClient', () => Client)
/** One class for all copies of this package, so that `instanceof` holds between them. */
export interface LognitorClient extends Client {}

function isPipeline(input: Options | Pipeline): input is Pipeline {
  return typeof input === 'object' && input !== null && (input as Pipeline)[IS_PIPELINE] === true
}

/** As a listener (`process.on('SIGTERM', client.shutdown)`) it is called with anything. */
function timeOf(timeoutMs: unknown): number {
  return typeof timeoutMs === 'number' && timeoutMs >= 0 ? timeoutMs : FLUSH_MS
}
