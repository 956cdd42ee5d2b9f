import type * as threads from 'node:worker_threads'
import { builtin } from '../../common/builtin.js'

/** Node's own module, loaded at the first call: an app that only imports us should not pay for it. */
export function nodeThreads(): typeof threads {
  return builtin('node:worker_threads')
}
