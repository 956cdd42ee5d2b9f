import { shared } from '../../common/shared.js'
import { expectKnown } from '../../config/options.js'
import type { HasPipeline } from '../../pipeline/brand.js'
import type { Pipeline } from '../../pipeline/pipeline.js'
import { defaultPipeline, pipelineIn } from '../../pipeline/registry.js'
import { thrownLog } from '../../pipeline/thrown-log.js'
import { runInScope } from '../../scope/current.js'
import type { Scope } from '../../scope/scope.js'
import { remainingMs, type WaitUntil, waitUntilOf } from './context.js'
import { answeredStatus, invocationScope } from './invocation.js'

/** The options of `wrapHandler`; all are optional. */
export interface ServerlessOptions {
  /** Default: the default client. */
  readonly client?: HasPipeline | undefined
  /**
   * Longest that an invocation waits for its logs, in milliseconds, but never longer than the invocation's own time.
   * Default: 10 000.
   */
  readonly timeoutMs?: number | undefined
  /**
   * The platform's function for work that continues after the answer, such as Vercel's `waitUntil`. The answer then
   * does not wait for delivery. Default: the `waitUntil` of one of the handler's arguments, where there is one.
   */
  readonly waitUntil?: WaitUntil | undefined
}

const NAMES = ['client', 'timeoutMs', 'waitUntil'] as const satisfies readonly (keyof ServerlessOptions)[]
const FLUSH_MS = 10_000
/** The part of an invocation's time that is kept for its answer. */
const MARGIN_MS = 200

/** The number of invocations that this process is running now. */
const invocations = shared('invocations', () => ({ running: 0 }))

/**
 * Wraps the handler of a serverless function (AWS Lambda and the like), so that every log of an invocation is sent
 * before the invocation ends and the platform freezes the process. What the handler throws is captured and thrown on.
 * Logs carry the invocation's id, and user, tags and breadcrumbs end with the invocation. Handlers that answer by a
 * callback work too. Adds no failure of its own.
 *
 * @throws LognitorError for an unknown option, when `wrapHandler` is called and not in the handler
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
    // Looked up at each invocation, because a handler may be wrapped before `init`.
    const pipeline = pipelineIn(client) ?? defaultPipeline()
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
  // Lambda marks a streaming handler by a property, which the wrapper must have too.
  return Object.assign(lognitorHandler, handler)
}

/** Calls the handler, which may answer by its result or by a callback. */
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
  // Summaries and failures that are still held would stay held while the process is frozen, so they are released,
  // unless another invocation is running.
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
    // `waitUntil` throws outside of a request, for example. The answer then waits for delivery.
    return false
  }
}
