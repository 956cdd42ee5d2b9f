import type { Pipeline } from '../pipeline/pipeline.js'

/** How long a caller is kept waiting for an answer; the API call itself goes on. */
const ANSWER_MS = 10_000

/**
 * An API call's outcome, or `otherwise` when it takes longer than a caller should wait, or than the process has left.
 * @param API call must not reject
 */
export function inTime<T>(call: Promise<T>, otherwise: T, pipeline: Pipeline): Promise<T> {
  const { clock, apiCaller, isAttended } = pipeline
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => end(otherwise), ANSWER_MS)
    // A process that has nothing else to do waits for it at its end; where we do not attend to that, it waits here.
    const keepAlive = isAttended ? undefined : setTimeout(() => {}, ANSWER_MS)
    const forget = apiCaller.onGiveUpWaiting(() => end(otherwise))
    void call.then(end)
    function end(outcome: T): void {
      clearTimeout(keepAlive)
      clock.clearTimer(timer)
      forget()
      resolve(outcome)
    }
  })
}
