import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bodies of this size together are worth a collection. */
const WORTH_BYTES = 16 * 1024 * 1024

let collect: (() => void) | undefined
let left = 0

/**
 * Told of each body that has been dealt with. Large ones lie outside of the heap, where V8 is in no hurry to
 * see that nobody holds them any more: a few of them would make a small process look, and stay, a large one.
 */
export function sweepAfter(bytes: number): void {
  if (bytes < WORTH_BYTES / 16) return
  left += bytes
  if (left < WORTH_BYTES) return
  left = 0
  collect ??= findCollector()
  setImmediate(collect)
}

function findCollector(): () => void {
  try {
    setFlagsFromString('--expose-gc')
    return runInNewContext('gc') as () => void
  } catch {
    return () => {}
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
