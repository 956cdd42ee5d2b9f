import type { Pipeline } from '../pipeline.js'
import { observe } from './logger.js'

export interface Heartbeat {
  /** Says that the job is alive. Tried for at most 30 s; true when it was heard. Never rejects. */
  ping(): Promise<boolean>
  /**
   * Runs the function, sync or async, with its arguments and gives its result; pings after success, captures
   * and throws on what it threw. Adds no failure of its own.
   */
  wrap<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R
}

/** Longer, and a late ping would call a dead job alive. */
const PATIENCE_MS = 30_000

/** It becomes part of an address, so nothing but plain characters. */
const TOKEN = /^[A-Za-z0-9._~-]{1,256}$/

export function createHeartbeat(
  pipeline: Pipeline,
  token: string,
  capture: (error: unknown) => unknown,
): Heartbeat {
  const isToken = typeof token === 'string' && TOKEN.test(token) && !/^\.{1,2}$/.test(token)
  if (!isToken)
    pipeline.tell.warn('a heartbeat token may hold letters, digits and . _ ~ - only; this one is not pinged')

  async function ping(): Promise<boolean> {
    if (!isToken || !pipeline.settings.enabled || pipeline.isClosed) return false
    const path = `/heartbeat/${token}`
    const answer = await pipeline.courier.run({
      path,
      body: null,
      withKey: false,
      patienceMs: PATIENCE_MS,
      subject: path,
    })
    return answer !== undefined
  }

  return {
    ping,
    wrap: (fn, ...args) =>
      observe(
        () => fn(...args),
        () => void ping(),
        capture,
      ),
  }
}
