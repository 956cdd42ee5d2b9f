import { shared } from '../common/shared.js'
import { type Options, resolveOptions } from '../config/options.js'
import type { Pipeline, Stats } from '../pipeline/pipeline.js'
import {
  defaultPipeline,
  initAtEnd,
  initDefault,
  onDefault,
  pipelineOf,
  reserveDefault,
} from '../pipeline/registry.js'
import type { Level } from '../wire/level.js'
import { inTime } from './answer-timeout.js'
import { LognitorClient } from './client.js'
import type { FeedbackOptions } from './feedback.js'
import { createHeartbeat, type Heartbeat, PING_MS, sendPing } from './heartbeat.js'
import type { LogOptions } from './log-options.js'
import { type ChildOptions, captured, Logger, type Timer } from './logger.js'
import { PreInitBuffer } from './pre-init-buffer.js'
import type { RegisteredRelease, ReleaseOptions } from './release.js'

const MOST_EARLY_CALLS = 200

type Call = (client: LognitorClient) => void

/** State of the module's functions, shared by all copies of this package. */
interface State {
  readonly clients: WeakMap<Pipeline, LognitorClient>
  readonly preInitBuffer: PreInitBuffer
  current: LognitorClient | undefined
  /** Calls made before there is a client that need one. */
  earlyCalls: Call[]
  earlyCallsLost: number
  readonly onNaturalEnd: () => void
}

const state = shared<State>('default-client', () => ({
  clients: new WeakMap(),
  preInitBuffer: new PreInitBuffer(watchEnd),
  current: undefined,
  earlyCalls: [],
  earlyCallsLost: 0,
  onNaturalEnd: initAtEnd,
}))
/** Writes to the current default client, and keeps what is written before there is one. */
const defaultLogger = new Logger(state.preInitBuffer.sink)
onDefault(takeDefault)

/**
 * Makes a pipeline the default: one of `init`, or of an entry point that needs one. It takes over the calls that wait.
 * A pipeline that an entry point made without a key takes none of them, because `init` may still bring a key.
 */
function takeDefault(pipeline: Pipeline, isFinal: boolean): void {
  const { enabled, apiKey, transport } = pipeline.settings
  if (!isFinal && enabled && !apiKey && !transport) return
  const client = clientOf(pipeline)
  if (state.current === client) return
  process.removeListener('beforeExit', state.onNaturalEnd)
  state.current = client
  state.preInitBuffer.empty(pipeline)
  pipeline.ledger.drop('before_init_full', state.earlyCallsLost)
  state.earlyCallsLost = 0
  const calls = state.earlyCalls
  state.earlyCalls = []
  for (const call of calls) call(client)
}

/**
 * Makes the default client. Calls made before are kept, up to 1000, and written now. A second call warns once and
 * returns the same client.
 * @throws LognitorError for a wrong option
 */
export function init(options: Options = {}): LognitorClient {
  return clientOf(initDefault(options))
}

/** Returns the default client; created from the environment where `init` was not called. */
export function getClient(): LognitorClient {
  return clientOf(defaultPipeline())
}

function clientOf(pipeline: Pipeline): LognitorClient {
  const known = state.clients.get(pipeline)
  if (known) return known
  const client = new LognitorClient(pipeline)
  state.clients.set(pipeline, client)
  return client
}

function logger(): Logger {
  return state.current ?? defaultLogger
}

/** Runs the call with the default client, now or once there is one. For calls that only a client can answer. */
function withClient(call: (client: LognitorClient) => void): boolean {
  if (state.current) {
    call(state.current)
    return true
  }
  if (state.earlyCalls.length >= MOST_EARLY_CALLS) {
    state.earlyCallsLost++
    return false
  }
  watchEnd()
  state.earlyCalls.push(call)
  return true
}

function fromClient<T>(work: (client: LognitorClient) => Promise<T>, otherwise: T): Promise<T> {
  return new Promise((resolve) => {
    if (!withClient((client) => resolve(work(client)))) resolve(otherwise)
  })
}

/**
 * Prepares for a program that logs and never calls `init`: at its end at the latest, the client of the environment is
 * created. Where the environment has no key, a warning says so once the program has nothing left to do.
 */
function watchEnd(): void {
  if (reserveDefault()) return
  process.removeListener('beforeExit', state.onNaturalEnd)
  process.once('beforeExit', state.onNaturalEnd)
}

/** Returns the client; before `init` the environment's, if calls wait that it could deliver. */
function clientThatDelivers(): LognitorClient | undefined {
  if (!state.current && !isIdle() && resolveOptions().apiKey) getClient()
  return state.current
}

function isIdle(): boolean {
  return state.preInitBuffer.isEmpty && state.earlyCalls.length === 0
}

/** Writes a log of the given level. Returns its id, or `''` when the log was filtered out. Never throws. */
export function log(level: Level, message: string, options?: LogOptions): string {
  return logger().write({ level, message, options, below: log })
}

/** Writes a log of level `debug`. Returns its id, or `''` when the log was filtered out. Never throws. */
export function debug(message: string, options?: LogOptions): string {
  return logger().write({ level: 'debug', message, options, below: debug })
}

/** Writes a log of level `info`. Returns its id, or `''` when the log was filtered out. Never throws. */
export function info(message: string, options?: LogOptions): string {
  return logger().write({ level: 'info', message, options, below: info })
}

/** Writes a log of level `warn`. Returns its id, or `''` when the log was filtered out. Never throws. */
export function warn(message: string, options?: LogOptions): string {
  return logger().write({ level: 'warn', message, options, below: warn })
}

/** Writes a log of level `error`. Returns its id, or `''` when the log was filtered out. Never throws. */
export function error(message: string, options?: LogOptions): string {
  return logger().write({ level: 'error', message, options, below: error })
}

/** Writes a log of level `fatal`, which no duplicate window holds back. Returns its id. Never throws. */
export function fatal(message: string, options?: LogOptions): string {
  return logger().write({ level: 'fatal', message, options, below: fatal })
}

/**
 * Writes an error log of whatever was thrown, with its causes and source lines. Returns its id, or the id of the first
 * log where the same failure was logged already. Never throws.
 * @example promise.catch(captureException)
 */
export function captureException(thrown: unknown, options?: LogOptions): string {
  return logger().write(captured(thrown, options, captureException))
}

/** Starts a timer. Its `end(message)` writes an info log with `perf.duration_ms`. */
export function startTimer(): Timer {
  return defaultLogger.startTimer()
}

/**
 * Runs a function, sync or async, and returns its result. Writes an info log `<name>` with the duration, or an error
 * log `<name> failed` with what the function threw.
 * @throws what the function throws
 */
export function timed<T>(name: string, fn: () => T, options?: LogOptions): T {
  return logger().timed(name, fn, options)
}

/**
 * Creates a logger with its own service, environment, version, metadata and tags; everything else is the client's. The
 * logger writes to the current default client: the one that `init` makes later, and the next one after a `shutdown`.
 */
export function child(options?: ChildOptions): Logger {
  return defaultLogger.child(options)
}

/**
 * The heartbeat of one monitor, named by the token in its address: `ping()`, or `wrap(job)`, which pings when the job
 * has succeeded.
 * @example await heartbeat('tok_123').wrap(runNightlyJob)
 */
export function heartbeat(token: string): Heartbeat {
  const ping = () => {
    const askedAt = performance.now()
    const isLate = () => performance.now() - askedAt > PING_MS
    return fromClient(async (client) => !isLate() && sendPing(pipelineOf(client), token), false)
  }
  const wait = (send: () => Promise<boolean>) =>
    state.current ? inTime(send, false, pipelineOf(state.current)) : send()
  return createHeartbeat(ping, wait, captureException)
}

/**
 * Sends a user's own words about a log; `eventId` is the id that the log call returned. Resolves to true when Lognitor
 * took the feedback within 10 s, else to false, and the call is retried. Never rejects.
 */
export function submitFeedback(options: FeedbackOptions): Promise<boolean> {
  return fromClient((client) => client.submitFeedback(options), false)
}

/**
 * Registers a release. Logs of all entry points carry it once Lognitor has answered. Resolves to Lognitor's answer, or
 * to null when there was none within 10 s; the call is then retried. Never rejects.
 */
export function registerRelease(options: ReleaseOptions): Promise<RegisteredRelease | null> {
  return fromClient<RegisteredRelease | null>((client) => client.registerRelease(options), null)
}

/** Stops sending logs and request entries until `resume`. New ones are queued within the queue's bounds. */
export function pause(): void {
  withClient((client) => client.pause())
}

/** Sends again after `pause`. */
export function resume(): void {
  withClient((client) => client.resume())
}

/**
 * Changes options from now on. Options that are not named stay as they are.
 * @throws LognitorError for a wrong option
 */
export function reconfigure(options: Options): void {
  getClient().reconfigure(options)
}

/**
 * Resolves to true when everything was delivered, to false when that took longer than `timeoutMs` (default 10 000), or
 * when logs wait for a client. Never rejects.
 */
export async function flush(timeoutMs?: number): Promise<boolean> {
  return clientThatDelivers()?.flush(timeoutMs) ?? isIdle()
}

/**
 * Flushes within `timeoutMs` (default 10 000) and ends the client for good. Resolves to true when everything was
 * delivered. Never rejects.
 */
export async function shutdown(timeoutMs?: number): Promise<boolean> {
  return clientThatDelivers()?.shutdown(timeoutMs) ?? isIdle()
}

/** Counts of logs and request entries: written, delivered, waiting, and dropped by reason. */
export function stats(): Stats {
  return getClient().stats()
}
