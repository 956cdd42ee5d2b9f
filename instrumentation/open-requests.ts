import { shared } from '../src/common/shared.js'
import type { OpenRequest } from './open-request.js'

// A property and not a WeakMap, because it is read at every event. All copies of this package share the symbol, so that
// each finds the requests that another copy follows.
const OPEN: unique symbol = shared('request', () => Symbol('lognitor.request')) as never

type Marked = { [OPEN]?: OpenRequest }

/** The request behind a Node object, open or closed. Undefined for an object that is not followed. Never throws. */
export function openRequestOf(emitter: object): OpenRequest | undefined {
  try {
    return (emitter as Marked)[OPEN]
  } catch {
    // A Proxy of the application.
    return undefined
  }
}

/** Marks a Node object as belonging to a request. */
export function mark(emitter: object, open: OpenRequest): void {
  ;(emitter as Marked)[OPEN] = open
}
