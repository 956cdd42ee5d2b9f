import { afterSockets } from '../common/clock.js'
import { outside } from '../common/outside.js'
import type { Pipeline } from '../pipeline/pipeline.js'

/** Longest that a caller waits for an answer. The API call itself continues afterwards. */
const ANSWER_MS = 10_000

/**
 * Makes the API call outside of the caller's async context, which a call that is retried for a day would keep in
 * memory. Resolves to the call's outcome, or to `otherwise` when the call takes longer than 10 s or than the process has
 * left.
 * @param call must not reject
 */
export function inTime<T>(call: () => Promise<T>, otherwise: T, pipeline: Pipeline): Promise<T> {
  const { clock, apiCaller, isAttended } = pipeline
  return new Promise((resolve) => {
    // Released at the end: the promise keeps the async context of its caller.
    let answer: ((outcome: T) => void) | undefined = resolve
    const timer = clock.setTimer(
      afterSockets(() => end(otherwise)),
      ANSWER_MS,
    )
    // Keeps the process alive for the answer. Where this package attends to the end of the process, the end waits
    // instead.
    const keepAlive = isAttended ? undefined : outside(() => setTimeout(() => {}, ANSWER_MS))
    const forget = apiCaller.onGiveUpWaiting(() => end(otherwise))
    outside(() => void call().then(end))
    function end(outcome: T): void {
      clearTimeout(keepAlive)
      clock.clearTimer(timer)
      forget()
      answer?.(outcome)
      answer = undefined
    }
  })
}
