import { shared } from '../common/shared.js'
import { type Options, resolveOptions } from '../config/options.js'
import type { Pipeline, Stats } from '../pipeline/pipeline.js'
import { defaultPipeline, initDefault, onDefault, PIPELINE, reserveDefault } from '../pipeline/registry.js'
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

/** What calls of the module itself need, of whichever copy of this package they are. */
interface State {
  readonly clients: WeakMap<Pipeline, LognitorClient>
  readonly preInitBuffer: PreInitBuffer
  current: LognitorClient | undefined
  /** For what only a client can do. */
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
  onNaturalEnd: () => initDefault({}),
}))
/** Writes to whichever client is the default at the time, and keeps what is written before there is one. */
const defaultLogger = new Logger(state.preInitBuffer.sink)
onDefault(takeDefault)

/**
 * The default may come by `init`, or by an entry point that needs one; either way it takes what waits. One that an entry point made, and
 * that the environment gave no key, takes nothing: `init` may still bring one.
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
  const known = state.clients.get(pipeline)
  if (known) return known
  const client = new LognitorClient(pipeline)
  state.clients.set(pipeline, client)
  return client
}

function logger(): Logger {
  return state.current ?? defaultLogger
}

/** Waits for the default client, for what only a client can do. */
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
 * Who logs and never calls `init` has the environment's client, at the latest when the program ends; where there is
 * no key, the warning that says so when it has nothing left to do.
 */
function watchEnd(): void {
  if (reserveDefault()) return
  process.removeListener('beforeExit', state.onNaturalEnd)
  process.once('beforeExit', state.onNaturalEnd)
}

/** The client; before `init` the environment's, if something waits that it could deliver. */
function clientThatDelivers(): LognitorClient | undefined {
  if (!state.current && !isIdle() && resolveOptions().apiKey) getClient()
  return state.current
}

function isIdle(): boolean {
  return state.preInitBuffer.isEmpty && state.earlyCalls.length === 0
}

/** Writes a log of the given level; gives its id, `''` when it was filtered out. Never throws. */
export function log(level: Level, message: string, options?: LogOptions): string {
  return logger().write({ level, message, options, below: log })
}

/** Writes a log of level `debug`; gives its id, `''` when it was filtered out. Never throws. */
export function debug(message: string, options?: LogOptions): string {
  return logger().write({ level: 'debug', message, options, below: debug })
}

/** Writes a log of level `info`; gives its id, `''` when it was filtered out. Never throws. */
export function info(message: string, options?: LogOptions): string {
  return logger().write({ level: 'info', message, options, below: info })
}

/** Writes a log of level `warn`; gives its id, `''` when it was filtered out. Never throws. */
export function warn(message: string, options?: LogOptions): string {
  return logger().write({ level: 'warn', message, options, below: warn })
}

/** Writes a log of level `error`; gives its id, `''` when it was filtered out. Never throws. */
export function error(message: string, options?: LogOptions): string {
  return logger().write({ level: 'error', message, options, below: error })
}

/** Writes a log of level `fatal`, which is never held back; gives its id. Never throws. */
export function fatal(message: string, options?: LogOptions): string {
  return logger().write({ level: 'fatal', message, options, below: fatal })
}

/**
 * Writes an error log of whatever was thrown, with its causes and source lines; gives its id, that of the first log
 * where the same failure was logged already. Never throws.
 * @example promise.catch(captureException)
 */
export function captureException(thrown: unknown, options?: LogOptions): string {
  return logger().write(captured(thrown, options, captureException))
}

/** Starts a timer; its `end(message)` writes an info log with `perf.duration_ms`. */
export function startTimer(): Timer {
  return defaultLogger.startTimer()
}

/**
 * Runs a function, sync or async, and gives its result; an info log with the name says how long it took, an error log
 * `<name> failed` what it threw.
 * @throws what the function throws
 */
export function timed<T>(name: string, fn: () => T, options?: LogOptions): T {
  return logger().timed(name, fn, options)
}

/**
 * A logger with a service, environment, version, metadata and tags of its own; all else is the client's. It writes to
 * the default client of the time: the one that `init` makes later, and the next one after a `shutdown`.
 */
export function child(options?: ChildOptions): Logger {
  return defaultLogger.child(options)
}

/**
 * A monitor's heart, by the token of its address: `ping()`, or `wrap(job)`, which pings when the job has succeeded.
 * @example await heartbeat('tok_123').wrap(runNightlyJob)
 */
export function heartbeat(token: string): Heartbeat {
  const ping = () => {
    const askedAt = performance.now()
    const isLate = () => performance.now() - askedAt > PING_MS
    return fromClient(async (client) => !isLate() && sendPing(client[PIPELINE], token), false)
  }
  const wait = (pinged: Promise<boolean>) =>
    state.current ? inTime(pinged, false, state.current[PIPELINE]) : pinged
  return createHeartbeat(ping, wait, captureException)
}

/**
 * A user's own words about a log; `eventId` is what the log call returned. True when it was taken within 10 s; else it
 * is tried on. Never rejects.
 */
export function submitFeedback(options: FeedbackOptions): Promise<boolean> {
  return fromClient((client) => client.submitFeedback(options), false)
}

/**
 * Registers a release; from then on logs of all entry points carry it. Resolves to what Lognitor answered, or to null when
 * that could not be had within 10 s; then it is tried on. Never rejects.
 */
export function registerRelease(options: ReleaseOptions): Promise<RegisteredRelease | null> {
  return fromClient<RegisteredRelease | null>((client) => client.registerRelease(options), null)
}

/** Sends no logs and no request entries until `resume`; what comes in is kept within the queue's bounds. */
export function pause(): void {
  withClient((client) => client.pause())
}

/** Sends again after `pause`. */
export function resume(): void {
  withClient((client) => client.resume())
}

/**
 * Other options from now on; those not named stay.
 * @throws {LognitorError} for a wrong option
 */
export function reconfigure(options: Options): void {
  getClient().reconfigure(options)
}

/**
 * True when all was delivered, false when not within `timeoutMs` (10 000), and when it waits for a client. Never
 * rejects.
 */
export async function flush(timeoutMs?: number): Promise<boolean> {
  return clientThatDelivers()?.flush(timeoutMs) ?? isIdle()
}

/** Flushes within `timeoutMs` (10 000) and ends the client for good. True when all was delivered. Never rejects. */
export async function shutdown(timeoutMs?: number): Promise<boolean> {
  return clientThatDelivers()?.shutdown(timeoutMs) ?? isIdle()
}

/** What was written, delivered, is waiting, was dropped and why. */
export function stats(): Stats {
  return getClient().stats()
}
