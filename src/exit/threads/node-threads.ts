import type * as threads from 'node:worker_threads'
import { builtin } from '../../common/builtin.js'

/** Node's own module, loaded at the first call, so that an app that only imports this package does not pay for it. */
export function nodeThreads(): typeof threads {
  return builtin('node:worker_threads')
}
