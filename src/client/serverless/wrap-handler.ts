import { shared } from '../../common/shared.js'
import { expectKnown } from '../../config/options.js'
import type { Pipeline } from '../../pipeline/pipeline.js'
import { defaultPipeline, type HasPipeline, PIPELINE } from '../../pipeline/registry.js'
import { thrownLog } from '../../pipeline/thrown-log.js'
import { runInScope } from '../../scope/current.js'
import type { Scope } from '../../scope/scope.js'
import { remainingMs, type WaitUntil, waitUntilOf } from './context.js'
import { answeredStatus, invocationScope } from './invocation.js'

/** What `wrapHandler` takes; all optional. */
export interface ServerlessOptions {
  /** Default: the default client. */
  readonly client?: HasPipeline | undefined
  /** Longest that an invocation waits for its logs, in milliseconds. Default 10 000, and never beyond its own time. */
  readonly timeoutMs?: number | undefined
  /**
   * Where the platform takes work that goes on after the answer (Vercel's `waitUntil`, say): then the answer
   * does not wait. Default: the `waitUntil` of one of the handler's own arguments, where there is one.
   */
  readonly waitUntil?: WaitUntil | undefined
}

const NAMES = ['client', 'timeoutMs', 'waitUntil'] as const satisfies readonly (keyof ServerlessOptions)[]
const FLUSH_MS = 10_000
/** Left of an invocation's time for its answer. */
const MARGIN_MS = 200

/** Invocations of this process that are running now. */
const invocations = shared('invocations', () => ({ running: 0 }))

/**
 * Wraps a serverless function's handler (AWS Lambda and the like) so that every log of an invocation has left
 * before it ends: the platform freezes the process then. What the handler throws is captured and thrown on;
 * the invocation's id stands on its logs, and user, tags and breadcrumbs end with it. A handler that answers
 * by a callback is taken too. Adds no failure of its own.
 *
 * @throws {LognitorError} for an unknown option, when it is called and not in the handler
 * @example
 * export const handler = wrapHandler(async (event, context) => ({ statusCode: 200 }))
 */
export function wrapHandler<Args extends unknown[], Result>(
  handler: (...args: Args) => Result,
  options: ServerlessOptions = {},
): (...args: Args) => Promise<Awaited<Result>> {
  expectKnown('wrapHandler has no option', options, NAMES)
  const { client, timeoutMs = FLUSH_MS, waitUntil } = options
  async function lognitorHandler(this: unknown, ...args: Args): Promise<Awaited<Result>> {
    // Looked up late: a handler may be wrapped before `init`.
    const pipeline = client?.[PIPELINE] ?? defaultPipeline()
    const scope = invocationScope(args)
    const startedAt = pipeline.clock.monotonic()
    let status = 500
    invocations.running++
    try {
      const result = await runInScope(scope, invoke<Args, Result>, this, handler, args)
      status = answeredStatus(result)
      return result as Awaited<Result>
    } catch (error) {
      capture(pipeline, scope, error)
      throw error
    } finally {
      invocations.running--
      scope.answer(status, pipeline.clock.monotonic() - startedAt)
      const left = Math.max(0, Math.min(timeoutMs, remainingMs(args) - MARGIN_MS))
      const delivered = deliver(pipeline, left)
      const later = waitUntil ?? waitUntilOf(args)
      if (later === undefined || !handOver(later, delivered)) await delivered
    }
  }
  // Lambda knows a handler that streams by a mark on it.
  return Object.assign(lognitorHandler, handler)
}

/** Calls the handler, whether it answers by its result or by a callback. */
function invoke<Args extends unknown[], Result>(
  self: unknown,
  handler: (...args: Args) => Result,
  args: Args,
): Promise<Awaited<Result>> {
  const answersByCallback = handler.length >= 3 && typeof args[2] === 'function'
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, result: Awaited<Result>) => {
      if (error === null || error === undefined) resolve(result)
      else reject(error)
    }
    const input = answersByCallback ? [...args.slice(0, 2), callback] : args
    const result: unknown = Reflect.apply(handler, self, input)
    const isThenable = typeof (result as { then?: unknown } | null)?.then === 'function'
    if (isThenable || !answersByCallback) resolve(result as Awaited<Result>)
  })
}

function capture(pipeline: Pipeline, scope: Scope, thrown: unknown): void {
  if (!pipeline.wants('error')) return
  const { log, ownStack } = thrownLog(thrown, pipeline.clock.now())
  pipeline.write(log, { source: 'capture', scope, thrown, ownStack })
}

/** Never rejects. */
async function deliver(pipeline: Pipeline, timeoutMs: number): Promise<void> {
  const deadline = pipeline.clock.monotonic() + timeoutMs
  let isDelivered = await pipeline.flush(timeoutMs)
  // What is held back (for a summary, for an answer) would be held through the freeze; unless others need it.
  if (invocations.running === 0) {
    pipeline.releaseHeld()
    isDelivered = await pipeline.flush(Math.max(0, deadline - pipeline.clock.monotonic()))
  }
  if (!isDelivered) pipeline.selfLog.warn('an invocation ended before all of its logs were delivered')
}

function handOver(waitUntil: WaitUntil, work: Promise<void>): boolean {
  try {
    waitUntil(work)
    return true
  } catch {
    // Called outside of a request, say: then the answer waits.
    return false
  }
}
