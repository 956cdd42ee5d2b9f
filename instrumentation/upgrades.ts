import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { shared } from '../src/common/shared.js'
import { type Around, methodWrapper } from '../src/common/wrap-method.js'
import { requestScope, runUncaughtInScope } from '../src/scope/current.js'
import type { Answer } from './answer.js'
import { closeRequest } from './emitters.js'
import type { OpenRequest } from './open-request.js'

/** Begins the request that upgrades a connection. Undefined where the request is not followed. */
export type BeginUpgrade = (request: IncomingMessage, answer: Answer) => OpenRequest | undefined

/** The events of such requests, which Node's diagnostics channel for requests does not report. */
const LEAVING = ['upgrade', 'connect']

const begins = shared('upgrades.begins', () => new WeakMap<object, BeginUpgrade>())
const opened = shared('upgrades.requests', () => new WeakMap<object, OpenRequest>())
/** The functions that receive the first bytes written to a connection. */
const watching = shared('upgrades.answers', () => new WeakMap<object, (chunk: unknown) => void>())

/**
 * Runs the listeners of requests that upgrade a connection (a WebSocket, for example), and later those of the
 * connection, in a scope of their own, so that `setUser` there does not apply to the process. The request ends with its
 * connection. Where several callers follow one server, the last one gets its upgrades.
 */
export function followUpgrades(server: object, begin: BeginUpgrade): void {
  // Only HTTP servers have these properties.
  if (!('maxHeadersCount' in server || 'headersTimeout' in server)) return
  begins.set(server, begin)
  wrapServer(server)
}

const wrapServer = methodWrapper('upgrades.server', 'emit', (emit, server, args) => {
  const open = LEAVING.includes(args[0] as string) ? beginUpgrade(server, args) : undefined
  if (open === undefined) return Reflect.apply(emit, server, args)
  return runUncaughtInScope(open.scope, Reflect.apply, emit, server, args)
})

function beginUpgrade(server: object, args: unknown[]): OpenRequest | undefined {
  const [, request, socket] = args as [string, IncomingMessage, Duplex]
  // Some applications pass a request on by emitting it once more.
  const known = opened.get(socket)
  if (known?.request === request) return known
  try {
    const open = begins.get(server)?.(request, watchAnswer(socket))
    if (open === undefined) return undefined
    opened.set(socket, open)
    wrapSocket(socket)
    return open
  } catch {
    // What an application emits itself need not be a connection.
    return undefined
  }
}

const wrapSocket = methodWrapper('upgrades.socket', 'emit', (emit, socket, args) => {
  const open = opened.get(socket)
  if (open === undefined) return Reflect.apply(emit, socket, args)
  if (args[0] === 'close') closeRequest(open)
  if (requestScope() === open.scope) return Reflect.apply(emit, socket, args)
  return runUncaughtInScope(open.scope, Reflect.apply, emit, socket, args)
})

/** The application writes its answer as raw bytes; the status is read from the first of them. */
function watchAnswer(socket: Duplex): Answer {
  let status: number | undefined
  let hasSeen = false
  const see = (chunk: unknown) => {
    if (hasSeen || (typeof chunk !== 'string' && !(chunk instanceof Uint8Array))) return
    hasSeen = true
    const head =
      typeof chunk === 'string' ? chunk.slice(0, 16) : Buffer.from(chunk.subarray(0, 16)).toString()
    status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]) || undefined
  }
  watching.set(socket, see)
  wrapWrite(socket)
  wrapEnd(socket)
  return { status: () => status, begunStatus: undefined, isWaiting: false }
}

const wrapWrite = methodWrapper('upgrades.write', 'write', watchBytes)
const wrapEnd = methodWrapper('upgrades.end', 'end', watchBytes)

function watchBytes(...[original, socket, args]: Parameters<Around>): unknown {
  watching.get(socket)?.(args[0])
  return Reflect.apply(original, socket, args)
}
