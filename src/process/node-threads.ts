/** Node's own module, loaded at the first call: an app that only imports us should not pay for it. */
export function nodeThreads(): typeof import('node:worker_threads') {
  return process.getBuiltinModule('node:worker_threads')
}
