import type { IncomingMessage } from 'node:http'
import { toPlain } from '../src/translate/plain.js'
import { readProperty } from '../src/translate/property.js'
import type { User } from '../src/wire/log.js'

/** `true` takes `req.user`, the framework's where that has it; a function gives the user of a request, or nothing. */
export type CaptureUser = boolean | Ask['user']

// As a method, so that the function may name its framework's own request (Express has one) for its parameter.
interface Ask {
  user(request: RequestWithUser): unknown
}

// biome-ignore lint/suspicious/noExplicitAny: whoever authenticates has a user of a type of their own
type RequestWithUser = IncomingMessage & { readonly user?: any }

/** The names under which `req.user` usually holds what Lognitor knows of a user. */
const NAMES = {
  id: ['id', '_id', 'user_id', 'userId', 'sub'],
  email: ['email'],
  name: ['name', 'displayName', 'username'],
} as const

/**
 * The user of a request. `true` takes id, email and name only, for `req.user` is often a database request entry
 * with things in it that nobody meant to log; a function's answer is taken whole, as plain data.
 * @throws what the function throws, and for a promise, whose answer would come too late
 */
export function capturedUser(
  capture: CaptureUser,
  request: IncomingMessage,
  frameworkRequest?: object,
): User | undefined {
  if (capture === false) return undefined
  const input = capture === true ? (userOn(request) ?? userOn(frameworkRequest)) : capture(request)
  if (input === undefined || input === null || input === false) return undefined
  if (typeof input === 'string' || typeof input === 'number' || typeof input === 'bigint') {
    return { id: String(input) }
  }
  if (typeof input !== 'object') throw new TypeError(`a user is no ${typeof input}`)
  if (typeof (input as { then?: unknown }).then === 'function') {
    Promise.resolve(input).catch(() => {})
    throw new TypeError('captureUser gave a promise')
  }
  const known = knownParts(input)
  return capture === true ? known : { ...plainParts(input), ...known }
}

/** Whom a request's scope asks for the user. */
export interface UserOfRequest {
  readonly read: () => User | undefined
  /** Asks for the last time, and lets go of the request: scopes outlive it. */
  settle(): void
}

/**
 * @param capture may throw
 * @param onError told when it has, and a log goes without its user
 */
export function userOfRequest(capture: () => User | undefined, onError: () => void): UserOfRequest {
  // Both functions at once: made in one place, either of them holds on to what the other one knows.
  let open: { capture: typeof capture; onError: typeof onError } | undefined = { capture, onError }
  let last: User | undefined
  return {
    read: () => {
      if (open === undefined) return last
      try {
        return open.capture()
      } catch {
        open.onError()
        return undefined
      }
    },
    settle() {
      try {
        last = open?.capture()
      } catch {
        // No log has asked.
      }
      open = undefined
    },
  }
}

function userOn(request: object | undefined): unknown {
  return (request as { user?: unknown } | undefined)?.user
}

/** Everything in it, but for the fields that have to be texts: these are the known parts. */
function plainParts(user: object): object {
  const plain = toPlain(user)
  if (typeof plain !== 'object' || Array.isArray(plain))
    throw new TypeError('a user is no list, date or bytes')
  const { id, email, name, ...others } = plain as User
  return others
}

function knownParts(user: object): User {
  const known: User = {}
  for (const [part, names] of Object.entries(NAMES)) {
    for (const name of names) {
      const value = words(readProperty(user, name))
      if (value === '') continue
      known[part] = value
      break
    }
  }
  return known
}

/** An id is often an object that knows how to write itself; empty for what is nothing or cannot. */
function words(value: unknown): string {
  try {
    const text = String(value ?? '')
    return text.startsWith('[object ') ? '' : text
  } catch {
    return ''
  }
}
