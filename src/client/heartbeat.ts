import { outside } from '../delivery/http/outside.js'
import type { Pipeline } from '../pipeline/pipeline.js'
import { withScope } from '../scope/current.js'
import { inTime } from './answer-timeout.js'
import { observe } from './observe.js'

/** The heartbeat of one monitor: pings, and jobs that ping when they have succeeded. */
export interface Heartbeat {
  /**
   * Reports that the job is alive. The ping is tried for at most 30 s. Resolves to true when Lognitor took it within 10
   * s. Never rejects.
   */
  ping(): Promise<boolean>
  /**
   * Runs the function, sync or async, with its arguments and returns its result. Pings after success. What the function
   * throws is captured and thrown on. Adds no failure of its own.
   */
  wrap<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R
  /**
   * Returns a function for a scheduler. Each call runs the job wrapped, with the call's arguments and `this`, in a
   * scope of its own.
   * @example cron.schedule('0 3 * * *', heartbeat('tok_123').job(sendReport))
   */
  job<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R
}

/** Longest that a ping is tried, in milliseconds. A later ping would report a dead job as alive. */
export const PING_MS = 30_000

/** The token becomes part of a URL path, so only unreserved characters are accepted. */
const TOKEN = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,256}$/

/**
 * @param ping sends one ping and settles when it has been taken or given up; must not reject
 * @param wait calls the function that it is given, and resolves to the part of the ping that a caller waits for
 * @param capture writes an error log of what a job threw
 */
export function createHeartbeat(
  ping: () => Promise<boolean>,
  wait: (ping: () => Promise<boolean>) => Promise<boolean>,
  capture: (error: unknown) => unknown,
): Heartbeat {
  const run = <R>(work: () => R): R => observe(work, () => outside(() => void ping()), capture)
  return {
    ping: () => wait(ping),
    wrap: (fn, ...args) => run(() => fn(...args)),
    job: (fn) =>
      function lognitorJob(this: unknown, ...args) {
        return withScope(() => run(() => Reflect.apply(fn, this, args)))
      },
  }
}

/** A client's heartbeat of one monitor. */
export function pipelineHeartbeat(
  pipeline: Pipeline,
  token: string,
  capture: (error: unknown) => unknown,
): Heartbeat {
  return createHeartbeat(
    () => sendPing(pipeline, token),
    (ping) => inTime(ping, false, pipeline),
    capture,
  )
}

/** Resolves to true when Lognitor took the ping. Tried for at most 30 s. Never rejects. */
export async function sendPing(pipeline: Pipeline, token: unknown): Promise<boolean> {
  if (!pipeline.isActive) return false
  if (typeof token !== 'string' || !TOKEN.test(token)) {
    pipeline.selfLog.warn('a heartbeat token may contain only letters, digits and . _ ~ -; no ping was sent')
    return false
  }
  const path = `/heartbeat/${token}`
  const call = { path, body: null, withKey: false, retryForMs: PING_MS, subject: path }
  return (await pipeline.apiCaller.run(call)) !== undefined
}
