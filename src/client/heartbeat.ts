import type { Pipeline } from '../pipeline/pipeline.js'
import { withScope } from '../scope/current.js'
import { inTime } from './answer-timeout.js'
import { observe } from './observe.js'

/** The heart of one monitor: pings, and jobs that ping when they are done. */
export interface Heartbeat {
  /** Says that the job is alive. Tried for at most 30 s; true when it was heard within 10. Never rejects. */
  ping(): Promise<boolean>
  /**
   * Runs the function, sync or async, with its arguments and gives its result; pings after success, captures
   * and throws on what it threw. Adds no failure of its own.
   */
  wrap<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R
  /**
   * A function for a scheduler: each call runs the job wrapped, with the arguments and `this` of the call, in a scope of
   * its own.
   * @example cron.schedule('0 3 * * *', heartbeat('tok_123').job(sendReport))
   */
  job<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R
}

/** Longer, and a late ping would call a dead job alive. */
export const PING_MS = 30_000

/** It becomes part of an address, so nothing but plain characters. */
const TOKEN = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,256}$/

/**
 * @param ping sends one, and settles when that has come to its end; must not reject
 * @param wait what a caller is kept waiting of it
 * @param capture writes an error log about what a job threw
 */
export function createHeartbeat(
  ping: () => Promise<boolean>,
  wait: (pinged: Promise<boolean>) => Promise<boolean>,
  capture: (error: unknown) => unknown,
): Heartbeat {
  const run = <R>(work: () => R): R => observe(work, () => void ping(), capture)
  return {
    ping: () => wait(ping()),
    wrap: (fn, ...args) => run(() => fn(...args)),
    job: (fn) =>
      function lognitorJob(this: unknown, ...args) {
        return withScope(() => run(() => Reflect.apply(fn, this, args)))
      },
  }
}

/** A client's heartbeat for one monitor. */
export function pipelineHeartbeat(
  pipeline: Pipeline,
  token: string,
  capture: (error: unknown) => unknown,
): Heartbeat {
  return createHeartbeat(
    () => sendPing(pipeline, token),
    (pinged) => inTime(pinged, false, pipeline),
    capture,
  )
}

/** True when it was heard. Tried for at most 30 s; never rejects. */
export async function sendPing(pipeline: Pipeline, token: unknown): Promise<boolean> {
  if (!pipeline.isActive) return false
  if (typeof token !== 'string' || !TOKEN.test(token)) {
    pipeline.selfLog.warn(
      'a heartbeat token may hold letters, digits and . _ ~ - only; this one is not pinged',
    )
    return false
  }
  const path = `/heartbeat/${token}`
  const call = { path, body: null, withKey: false, retryForMs: PING_MS, subject: path }
  return (await pipeline.apiCaller.run(call)) !== undefined
}
