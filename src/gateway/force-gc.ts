import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** A garbage collection is forced when bodies of this many bytes have been handled. */
const WORTH_BYTES = 16 * 1024 * 1024

let collect: (() => void) | undefined
let left = 0

/**
 * Counts the bytes of each handled body and forces a garbage collection when they are many. Large buffers lie outside
 * of V8's heap, so that V8 sees little reason to collect them: a few of them would make the process large, and keep it
 * large.
 */
export function forceGcAfter(bytes: number): void {
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
