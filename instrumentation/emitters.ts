import type { EventEmitter } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { shared } from '../src/common/shared.js'
import { type Around, methodWrapper } from '../src/common/wrap-method.js'
import { requestScope, runUncaughtInScope } from '../src/scope/current.js'
import type { Scope } from '../src/scope/scope.js'
import type { OpenRequest } from './open-request.js'
import type { RequestHead } from './request-head.js'
import { activeRpcMetadata } from './rpc-metadata.js'
import { warnOfTwo } from './two-instrumentations.js'

type Emit = Parameters<Around>[0]

// A property and not a WeakMap: it is read at every event. The same one for all
// copies of this package, so that each finds the request that another one follows.
const OPEN: unique symbol = shared('request', () => Symbol('lognitor.request')) as never

type Holder = { [OPEN]?: OpenRequest }

/** The open request behind Node's object, or undefined for one that nobody follows. */
export function openRequestOf(emitter: object): OpenRequest | undefined {
  return (emitter as Holder)[OPEN]
}

/**
 * Runs every listener of the request, of its response and of the server for this request in the request's
 * scope, and tells the request how it goes. The emitters are wrapped and not the scope entered: Node's parser
 * serves all requests of a connection, so what is entered there is found by the next request (Node 20) or lost
 * at the first event (Node 24).
 */
export function follow(open: OpenRequest, response: ServerResponse, server: Server): void {
  hold(open.request, open, wrapRequests)
  hold(response, open, wrapResponses)
  wrapServer(server)
}

/** The same for a stream of HTTP/2, which is request and response in one. */
export function followStream(open: OpenRequest, stream: ServerHttp2Stream): void {
  hold(stream, open, wrapResponses)
}

/** The objects that Node makes of a followed stream belong to its request, too. */
export function holdMessages(open: OpenRequest, request: object, response: object): void {
  open.request = request as RequestHead
  hold(request, open, wrapMessages)
  hold(response, open, wrapMessages)
}

type SelfLog = (open: OpenRequest, event: unknown) => void

const wrapRequests = methodWrapper('requests', 'emit', telling(tellRequest))
const wrapResponses = methodWrapper('responses', 'emit', telling(tellResponse))
const wrapMessages = methodWrapper(
  'messages',
  'emit',
  telling(() => {}),
)
const wrapServer = methodWrapper('servers', 'emit', emitOfServer)

/** Their class is wrapped and not each of them: every property more on an object of Node's costs microseconds. */
function hold(emitter: object, open: OpenRequest, wrap: (prototype: object) => void): void {
  ;(emitter as Holder)[OPEN] = open
  wrap(Object.getPrototypeOf(emitter))
}

function telling(tell: SelfLog): Around {
  return (emit, emitter, args) => {
    const open = openRequestOf(emitter)
    if (open === undefined) return Reflect.apply(emit, emitter, args)
    tell(open, args[0])
    return emitIn(open.scope, emit, emitter, args)
  }
}

function emitOfServer(emit: Emit, server: object, args: unknown[]): unknown {
  const about = args[1]
  const open = typeof about === 'object' && about !== null ? openRequestOf(about) : undefined
  return open === undefined ? Reflect.apply(emit, server, args) : emitIn(open.scope, emit, server, args)
}

function tellRequest(open: OpenRequest, event: unknown): void {
  // An answer that still waits behind others on its connection has no socket and hears of no close.
  if (event === 'close' && open.isWaiting && (open.request as IncomingMessage).socket.destroyed) close(open)
}

function tellResponse(open: OpenRequest, event: unknown): void {
  if (event === 'close') close(open)
  else if (event === 'finish') open.finish()
  else if (event === 'prefinish' && !open.hasMetSpan) meetLate(open)
}

/** Calls a wrapped `emit` in the scope, unless the caller is in that scope, or in one below it, already. */
export function emitIn(scope: Scope, emit: Emit, emitter: object, args: unknown[]): unknown {
  const event = args[0] as string
  // Most events have nobody who listens; an error without a listener is thrown, though, and must be known.
  const isIdle = event !== 'error' && (emitter as EventEmitter).listenerCount(event) === 0
  if (isIdle || requestScope() === scope) return Reflect.apply(emit, emitter, args)
  return runUncaughtInScope(scope, Reflect.apply, emit, emitter, args)
}

function close(open: OpenRequest): void {
  try {
    open.close()
  } catch {
    open.lose()
  }
}

/** Whose hooks are not called (an HttpInstrumentation that is not ours) still has its context here. */
function meetLate(open: OpenRequest): void {
  if (requestScope() !== open.scope) return
  const rpc = activeRpcMetadata()
  if (rpc === undefined) return
  open.meet(rpc.span, rpc)
  warnOfTwo()
}
