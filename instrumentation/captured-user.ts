import type { IncomingMessage } from 'node:http'
import type { User } from '../src/wire/log.js'

/** `true` takes `req.user` (of the framework's request where that has it); a function gives the user of a request, or nothing. */
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
 * The user of a request. `true` takes id, email and name only, for `req.user` is often a database row
 * with things in it that nobody meant to log; a function's answer is taken as it is.
 * @throws what the function or a getter throws, and for a promise, whose answer would come too late
 */
export function capturedUser(
  capture: CaptureUser,
  request: IncomingMessage,
  frameworkRequest?: object,
): User | undefined {
  if (capture === false) return undefined
  const given = capture === true ? (userOn(request) ?? userOn(frameworkRequest)) : capture(request)
  if (given === undefined || given === null || given === false) return undefined
  if (typeof given === 'string' || typeof given === 'number' || typeof given === 'bigint') {
    return { id: String(given) }
  }
  if (typeof given !== 'object') throw new TypeError(`a user is no ${typeof given}`)
  if (typeof (given as { then?: unknown }).then === 'function') {
    Promise.resolve(given).catch(() => {})
    throw new TypeError('captureUser gave a promise')
  }
  const known = knownParts(given as Record<string, unknown>)
  return capture === true ? known : { ...given, ...known }
}

function userOn(request: object | undefined): unknown {
  return (request as { user?: unknown } | undefined)?.user
}

function knownParts(user: Record<string, unknown>): User {
  const known: User = {}
  for (const [part, names] of Object.entries(NAMES)) {
    for (const name of names) {
      const value = user[name]
      if (value === undefined || value === null || value === '') continue
      known[part] = String(value)
      break
    }
  }
  return known
}
