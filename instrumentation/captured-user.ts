import type { IncomingMessage } from 'node:http'
import { toPlain } from '../src/translate/plain.js'
import { readProperty } from '../src/translate/property.js'
import type { User } from '../src/wire/log.js'

/**
 * `true` reads `req.user`, from the framework's request where there is one. A function returns the user of a request,
 * or nothing.
 */
export type CaptureUser = boolean | Ask['user']

// A method and not a function type, so that users may declare the parameter with their framework's request type.
interface Ask {
  user(request: RequestWithUser): unknown
}

// biome-ignore lint/suspicious/noExplicitAny: each authentication library declares its own type of user
type RequestWithUser = IncomingMessage & { readonly user?: any }

/** The property names under which `req.user` usually holds a user's id, email and name. */
const NAMES = {
  id: ['id', '_id', 'user_id', 'userId', 'sub'],
  email: ['email'],
  name: ['name', 'displayName', 'username'],
} as const

/**
 * The user of a request. `true` takes only id, email and name: `req.user` is often a database row with fields that
 * nobody meant to log. The result of a function is taken whole, as plain data.
 * @throws what the function throws; also for a promise, whose result would come too late
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
  if (typeof input !== 'object') throw new TypeError(`a user cannot be a ${typeof input}`)
  if (typeof (input as { then?: unknown }).then === 'function') {
    Promise.resolve(input).catch(() => {})
    throw new TypeError('captureUser returned a promise')
  }
  const known = knownParts(input)
  return capture === true ? known : { ...plainParts(input), ...known }
}

/** Gives the user of a request to the request's scope. */
export interface UserOfRequest {
  readonly read: () => User | undefined
  /** Asks for the user one last time and releases the request, because a scope outlives its request. */
  finish(): void
}

/**
 * @param capture may throw
 * @param onError called when `capture` threw; the log is then written without a user
 */
export function userOfRequest(capture: () => User | undefined, onError: () => void): UserOfRequest {
  // Both functions in one variable: closures created in one place share a context, so each of them would keep alive
  // what the other one references.
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
    finish() {
      try {
        last = open?.capture()
      } catch {
        // No log was written, so the user is not needed.
      }
      open = undefined
    },
  }
}

function userOn(request: object | undefined): unknown {
  return (request as { user?: unknown } | undefined)?.user
}

/** All fields except those that must be texts, which `knownParts` reads. */
function plainParts(user: object): object {
  const plain = toPlain(user)
  if (typeof plain !== 'object' || Array.isArray(plain))
    throw new TypeError('a user cannot be a list, a date or bytes')
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

/** An id is often an object with a `toString` of its own. Empty where there is no id or it cannot be converted. */
function words(value: unknown): string {
  try {
    const text = String(value ?? '')
    return text.startsWith('[object ') ? '' : text
  } catch {
    return ''
  }
}
