import { shared } from '../src/common/shared.js'
import type { OpenRequest } from './open-request.js'

/** Bounds the requests and responses that are referenced from here, should their `close` never come. */
const MOST_KEPT = 2000

// All copies of this package share both, so that each finds the requests that another copy follows.
const kept = shared('open-requests', () => new Map<object, OpenRequest>())
const OPEN: unique symbol = shared('request', () => Symbol('lognitor.request')) as never

type Marked = { [OPEN]?: OpenRequest }
type MessageLike = Marked & { readonly rawHeaders?: Marked }

/** The request behind a Node object, open or closed. Undefined for a request that is not followed. */
export function openRequestOf(emitter: object): OpenRequest | undefined {
  const open = kept.get(emitter)
  if (open !== undefined) return open
  const message = emitter as MessageLike
  return message[OPEN] ?? message.rawHeaders?.[OPEN]
}

/** Marks a Node object as belonging to a request, for as long as the object lives. */
export function mark(emitter: object, open: OpenRequest): void {
  ;(emitter as Marked)[OPEN] = open
}

/**
 * Remembers the request behind a Node object, until {@link letGo}. Neither a property nor a WeakMap: frameworks such as
 * Express change the prototype of these objects and then add properties, all of which one more property makes slower,
 * and the garbage collector needs more time still for a WeakMap. See docs/performance.md.
 */
export function keep(emitter: object, open: OpenRequest): void {
  kept.set(emitter, open)
  if (kept.size > MOST_KEPT) letGoOldest()
}

/**
 * References the object no more. A request is found all the same, by a mark on its list of raw headers: error handlers
 * may pass a request that is closed. The list belongs to the request alone, and its shape does not change.
 */
export function letGo(emitter: object): void {
  const open = kept.get(emitter)
  if (open === undefined) return
  kept.delete(emitter)
  const { rawHeaders } = emitter as MessageLike
  if (rawHeaders !== undefined) mark(rawHeaders, open)
}

function letGoOldest(): void {
  for (const emitter of kept.keys()) {
    letGo(emitter)
    return
  }
}
