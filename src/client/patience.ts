import type { Clock } from '../clock.js'

/** How long a caller is kept waiting for an answer; the errand itself goes on. */
const ANSWER_MS = 10_000

/**
 * An errand's outcome, or `otherwise` when it takes longer than a caller should wait. Whoever awaits it wants the
 * process to live until then; nothing else of a delivery keeps it alive.
 */
export async function inTime<T>(errand: Promise<T>, otherwise: T, clock: Clock): Promise<T> {
  const keepAlive = setTimeout(() => {}, ANSWER_MS)
  let stop = () => {}
  const tooLate = new Promise<T>((resolve) => {
    const timer = clock.setTimer(() => resolve(otherwise), ANSWER_MS)
    stop = () => clock.clearTimer(timer)
  })
  try {
    return await Promise.race([errand, tooLate])
  } finally {
    clearTimeout(keepAlive)
    stop()
  }
}
