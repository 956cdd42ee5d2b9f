import { AsyncResource } from 'node:async_hooks'

// Made when this file is loaded: a client may be made, or reconfigured, within a request as well.
const root = new AsyncResource('LognitorRoot', { requireManualDestroy: true })
// Destroyed at once as far as async hooks are concerned: `jest --detectOpenHandles` takes each living resource for a
// handle that keeps the process alive. The resource keeps its async context all the same.
root.emitDestroy()

/**
 * Runs the function in the async context that was there when this package was loaded. Sockets and timers remember the
 * context they are made in: made in a request, they would keep every async local store of that request alive.
 */
export function runInRootAsyncScope<T>(fn: () => T): T {
  return root.runInAsyncScope(fn)
}
