import type { Options } from '../options.js'
import type { Pipeline, Stats } from '../pipeline.js'
import { defaultPipeline, initDefault, onDefault } from '../pipelines.js'
import type { Level } from '../wire/level.js'
import { LognitorClient } from './client.js'
import type { FeedbackOptions } from './feedback.js'
import type { Heartbeat } from './heartbeat.js'
import type { LogOptions } from './log-options.js'
import { type ChildOptions, Logger, observe, type Timer } from './logger.js'
import { WaitingRoom } from './pipeline-sink.js'
import type { RegisteredRelease, ReleaseOptions } from './release.js'

const clients = new WeakMap<Pipeline, LognitorClient>()
const waitingRoom = new WaitingRoom()
const earlyLogger = new Logger(waitingRoom.sink)
const MOST_EARLY_CALLS = 200
let earlyCalls: ((client: LognitorClient) => void)[] = []
let current: LognitorClient | undefined

// The default may come by `init`, or by a door that needs one; either way it takes what waits.
onDefault((pipeline) => {
  current = clientOf(pipeline)
  waitingRoom.empty(pipeline)
  const calls = earlyCalls
  earlyCalls = []
  for (const call of calls) call(current)
})

/**
 * Makes the default client. Calls made before are kept, up to 1000, and written now. A second call warns once
 * and gives the same client.
 * @throws {LognitorError} for a wrong option
 */
export function init(options: Options = {}): LognitorClient {
  return clientOf(initDefault(options))
}

/** The default client; made from the environment when `init` was not called. */
export function getClient(): LognitorClient {
  return clientOf(defaultPipeline())
}

function clientOf(pipeline: Pipeline): LognitorClient {
  const known = clients.get(pipeline)
  if (known) return known
  const client = new LognitorClient(pipeline)
  clients.set(pipeline, client)
  return client
}

function logger(): Logger {
  return current ?? earlyLogger
}

/** Waits for the default client, for what only a client can do. */
function withClient<T>(work: (client: LognitorClient) => Promise<T>, otherwise: T): Promise<T> {
  if (current) return work(current)
  if (earlyCalls.length >= MOST_EARLY_CALLS) return Promise.resolve(otherwise)
  return new Promise((resolve) => {
    earlyCalls.push((client) => resolve(work(client)))
  })
}

/** See {@link Logger.log}; of the default client, as all that follow. */
export function log(level: Level, message: string, options?: LogOptions): string {
  return logger().log(level, message, options)
}

export function debug(message: string, options?: LogOptions): string {
  return logger().debug(message, options)
}

export function info(message: string, options?: LogOptions): string {
  return logger().info(message, options)
}

export function warn(message: string, options?: LogOptions): string {
  return logger().warn(message, options)
}

export function error(message: string, options?: LogOptions): string {
  return logger().error(message, options)
}

export function fatal(message: string, options?: LogOptions): string {
  return logger().fatal(message, options)
}

export function captureException(thrown: unknown, options?: LogOptions): string {
  return logger().captureException(thrown, options)
}

export function startTimer(): Timer {
  const startedAt = performance.now()
  return {
    end: (message, options = {}) => {
      const durationMs = performance.now() - startedAt
      return logger().info(message, { ...options, perf: { ...options.perf, durationMs } })
    },
  }
}

export function timed<T>(name: string, fn: () => T, options?: LogOptions): T {
  return logger().timed(name, fn, options)
}

export function child(options?: ChildOptions): Logger {
  return logger().child(options)
}

export function heartbeat(token: string): Heartbeat {
  const ping = () => withClient((client) => client.heartbeat(token).ping(), false)
  return {
    ping,
    wrap: (fn, ...args) =>
      observe(
        () => fn(...args),
        () => void ping(),
        captureException,
      ),
  }
}

export function submitFeedback(options: FeedbackOptions): Promise<boolean> {
  return withClient((client) => client.submitFeedback(options), false)
}

export function registerRelease(options: ReleaseOptions): Promise<RegisteredRelease | null> {
  return withClient<RegisteredRelease | null>((client) => client.registerRelease(options), null)
}

export function pause(): void {
  getClient().pause()
}

export function resume(): void {
  getClient().resume()
}

export function reconfigure(options: Options): void {
  getClient().reconfigure(options)
}

export function flush(timeoutMs?: number): Promise<boolean> {
  return current ? current.flush(timeoutMs) : Promise.resolve(true)
}

export function shutdown(timeoutMs?: number): Promise<boolean> {
  return current ? current.shutdown(timeoutMs) : Promise.resolve(true)
}

export function stats(): Stats {
  return getClient().stats()
}
