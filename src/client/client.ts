import { shared } from '../common/shared.js'
import type { Options } from '../config/options.js'
import { IS_PIPELINE, PIPELINE, type PipelineBrand } from '../pipeline/brand.js'
import type { Pipeline, Stats } from '../pipeline/pipeline.js'
import { clientPipeline, pipelineOf, reconfigurePipeline } from '../pipeline/registry.js'
import { type FeedbackOptions, submitFeedback } from './feedback.js'
import { type Heartbeat, pipelineHeartbeat } from './heartbeat.js'
import { Logger } from './logger.js'
import { pipelineSink } from './pipeline-sink.js'
import { type RegisteredRelease, type ReleaseOptions, registerRelease } from './release.js'
import * as scoped from './scoped.js'

const FLUSH_MS = 10_000

class Client extends Logger {
  declare readonly [PIPELINE]: PipelineBrand
  readonly addBreadcrumb = scoped.addBreadcrumb
  readonly setUser = scoped.setUser
  readonly clearUser = scoped.clearUser
  readonly setContext = scoped.setContext
  readonly setTags = scoped.setTags
  readonly setSession = scoped.setSession
  readonly withScope = scoped.withScope

  /** @throws LognitorError for a wrong option */
  constructor(options: Options | PipelineBrand = {}) {
    const pipeline = isPipeline(options) ? (options as Pipeline) : clientPipeline(options)
    super(pipelineSink(pipeline))
    // Not enumerable, so that printing a client does not print its key.
    Object.defineProperty(this, PIPELINE, { value: pipeline })
  }

  /**
   * The heartbeat of one monitor, named by the token in its address.
   * @example await client.heartbeat('tok_123').wrap(runNightlyJob)
   */
  readonly heartbeat = (token: string): Heartbeat =>
    pipelineHeartbeat(pipelineOf(this), token, (error) => this.captureException(error))

  /**
   * Sends a user's own words about a log; `eventId` is the id that the log call returned. Resolves to true when
   * Lognitor took the feedback within 10 s, else to false, and the call is retried. Never rejects.
   */
  readonly submitFeedback = (options: FeedbackOptions): Promise<boolean> =>
    submitFeedback(pipelineOf(this), options)

  /**
   * Registers a release. Logs of all entry points carry it once Lognitor has answered. Resolves to Lognitor's answer,
   * or to null when there was none within 10 s; the call is then retried. Never rejects.
   */
  readonly registerRelease = (options: ReleaseOptions): Promise<RegisteredRelease | null> =>
    registerRelease(pipelineOf(this), options)

  /** Stops sending logs and request entries until `resume`. New ones are queued within the queue's bounds. */
  readonly pause = (): void => pipelineOf(this).pause()

  readonly resume = (): void => pipelineOf(this).resume()

  /**
   * Changes options from now on. Options that are not named stay as they are.
   * @throws LognitorError for a wrong option
   */
  readonly reconfigure = (options: Options): void => reconfigurePipeline(pipelineOf(this), options)

  /**
   * Resolves to true when everything written so far is delivered, to false when that took longer than `timeoutMs`
   * (default 10 000). Never rejects.
   */
  readonly flush = (timeoutMs?: number): Promise<boolean> => pipelineOf(this).flush(timeOf(timeoutMs))

  /**
   * Flushes within `timeoutMs` (default 10 000) and ends the client for good. Resolves to true when everything was
   * delivered. Never rejects.
   */
  readonly shutdown = (timeoutMs?: number): Promise<boolean> => pipelineOf(this).shutdown(timeOf(timeoutMs))

  /** Counts of logs and request entries: written, delivered, waiting, and dropped by reason. */
  readonly stats = (): Stats => pipelineOf(this).stats()
}

/**
 * The companion client: everything Lognitor offers that OpenTelemetry has no interface for, through the same pipeline
 * as the OpenTelemetry entry points. Usually made by `init`; create one yourself for a second project.
 */
export const LognitorClient = shared('LognitorClient', () => Client)
/** One class for all copies of this package, so that `instanceof` works across copies. */
export interface LognitorClient extends Client {}

function isPipeline(input: Options | PipelineBrand): input is PipelineBrand {
  return typeof input === 'object' && input !== null && (input as PipelineBrand)[IS_PIPELINE] === true
}

/** As an event listener (`process.on('SIGTERM', client.shutdown)`) the method is called with other arguments. */
function timeOf(timeoutMs: unknown): number {
  return typeof timeoutMs === 'number' && timeoutMs >= 0 ? timeoutMs : FLUSH_MS
}
