import { shared } from '../src/common/shared.js'
import type { OpenRequest } from './open-request.js'

/** Bounds the requests and responses that are referenced from here, should their `close` never come. */
const MOST_KEPT = 2000

// All copies of this package share both, so that each finds the requests that another copy follows.
const kept = shared('open-requests', () => new Map<object, OpenRequest>())
const OPEN: unique symbol = shared('request', () => Symbol('lognitor.request')) as never

type Marked = { [OPEN]?: OpenRequest | null }
type MessageLike = Marked & { readonly rawHeaders?: Marked }

/** The request behind a Node object, open or closed. Undefined for a request that is not followed. Never throws. */
export function openRequestOf(emitter: object): OpenRequest | undefined {
  return kept.get(emitter) ?? markedRequestOf(emitter)
}

/** Marks a Node object as belonging to a request, for as long as the object lives. */
export function mark(emitter: object, open: OpenRequest): void {
  ;(emitter as Marked)[OPEN] = open
}

/**
 * Marks a request's list of raw headers. By it the request is found when it is closed, because error handlers may pass
 * such a request, and so is an object that a framework made out of the request. The list belongs to the request alone,
 * its shape does not change later, and the mark is not enumerable: applications compare and print the list. Where a
 * class of the application's own has one list for all requests, none is found by it.
 */
export function markHeaders(request: object, open: OpenRequest): void {
  try {
    const { rawHeaders } = request as MessageLike
    if (rawHeaders === undefined) return
    const value = rawHeaders[OPEN] === undefined ? open : null
    Object.defineProperty(rawHeaders, OPEN, { value, configurable: true })
  } catch {
    // A getter of the application that throws, or a frozen list. Such a request is found while it is open.
  }
}

/**
 * Remembers the request behind a Node object, until {@link letGo}. Neither a property nor a WeakMap: frameworks such as
 * Express change the prototype of these objects and then add properties, all of which one more property makes slower,
 * and the garbage collector needs more time still for a WeakMap. See docs/performance.md.
 */
export function keep(emitter: object, open: OpenRequest): void {
  kept.set(emitter, open)
  if (kept.size > MOST_KEPT) markOldest()
}

/** References the object no more. */
export function letGo(emitter: object): void {
  kept.delete(emitter)
}

function markedRequestOf(emitter: object): OpenRequest | undefined {
  try {
    const message = emitter as MessageLike
    return message[OPEN] ?? message.rawHeaders?.[OPEN] ?? undefined
  } catch {
    return undefined
  }
}

/** The `close` of the oldest object must still be recognised, so this object pays for a property. */
function markOldest(): void {
  for (const [emitter, open] of kept) {
    kept.delete(emitter)
    // An object that the application has sealed takes no property.
    Reflect.set(emitter, OPEN, open)
    return
  }
}
