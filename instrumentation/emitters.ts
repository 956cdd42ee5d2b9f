import type { EventEmitter } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { shared } from '../src/common/shared.js'
import { type Around, methodReplacer } from '../src/common/wrap-method.js'
import { requestScope, runUncaughtInScope } from '../src/scope/current.js'
import type { Scope } from '../src/scope/scope.js'
import type { OpenRequest } from './open-request.js'
import { mark, openRequestOf } from './open-requests.js'
import type { RequestHead } from './request-head.js'
import { activeRpcMetadata } from './rpc-metadata.js'
import { warnOfTwo } from './two-instrumentations.js'

type Emit = Parameters<Around>[0]

/**
 * Runs every listener of the request, its response and the server in the request's scope, and reports the request's
 * progress to `open`. The emitters are wrapped instead of entering the scope: Node's parser serves all requests of a
 * connection, so a scope entered there leaks into the next request (Node 20) or is lost at the first event (Node 24).
 */
export function follow(open: OpenRequest, response: ServerResponse, server: Server): void {
  hold(open.request, open, wrapRequests)
  hold(response, open, wrapResponses)
  wrapServer(server)
}

/** The same for an HTTP/2 stream, which is request and response in one. */
export function followStream(open: OpenRequest, stream: ServerHttp2Stream): void {
  hold(stream, open, wrapResponses)
}

/** Binds the request and response objects that Node creates for a followed stream to its request. */
export function holdMessages(open: OpenRequest, request: object, response: object): void {
  open.request = request as RequestHead
  hold(request, open, wrapMessages)
  hold(response, open, wrapMessages)
}

/** The requests that end with a connection, if their turn does not come before. */
const waiting = shared('waiting-requests', () => new WeakMap<object, Set<OpenRequest>>())

type NoteEvent = (open: OpenRequest, event: unknown) => void

const wrapRequests = methodReplacer('requests', 'emit', inRequestScope(noteRequestEvent))
const wrapResponses = methodReplacer('responses', 'emit', inRequestScope(noteResponseEvent))
const wrapMessages = methodReplacer(
  'messages',
  'emit',
  inRequestScope(() => {}),
)
const wrapServer = methodReplacer('servers', 'emit', emitOfServer)

/** Wraps the prototype and not each object: every additional property on a Node object costs microseconds. */
function hold(emitter: object, open: OpenRequest, wrap: (prototype: object) => void): void {
  mark(emitter, open)
  wrap(Object.getPrototypeOf(emitter))
}

function inRequestScope(note: NoteEvent): (original: () => Emit) => Emit {
  return (original) =>
    function (this: unknown, ...args) {
      const open = openRequestOf(this as object)
      if (open === undefined) return Reflect.apply(original(), this, args)
      note(open, args[0])
      if (!needsScope(open.scope, this as object, args[0])) return Reflect.apply(original(), this, args)
      // Spread, because V8 would build the list at every event if the list itself were passed on here.
      return runUncaughtInScope(open.scope, emitOn, original(), this, ...args)
    }
}

function emitOn(emit: Emit, emitter: unknown, ...args: unknown[]): unknown {
  return Reflect.apply(emit, emitter, args)
}

function emitOfServer(original: () => Emit): Emit {
  return function (this: unknown, ...args) {
    const about = args[1]
    const open = typeof about === 'object' && about !== null ? openRequestOf(about) : undefined
    if (open === undefined || !needsScope(open.scope, this as object, args[0]))
      return Reflect.apply(original(), this, args)
    return runUncaughtInScope(open.scope, emitOn, original(), this, ...args)
  }
}

function noteRequestEvent(open: OpenRequest, event: unknown): void {
  if (event === 'close' && open.isWaiting) endWithConnection(open, (open.request as IncomingMessage).socket)
}

function noteResponseEvent(open: OpenRequest, event: unknown): void {
  if (event === 'close') endRequest(open)
  else if (event === 'finish') open.finish()
  else if (event === 'prefinish' && !open.hasSpan) attachLateSpan(open)
}

function endRequest(open: OpenRequest): void {
  closeRequest(open)
  if (open.endsWithConnection) waiting.get((open.request as IncomingMessage).socket)?.delete(open)
}

/**
 * Ends a request when its connection is closed: an answer that still waits behind others on its connection has no
 * socket, and so gets no `close` event. The request's own `close` comes earlier where its body was read.
 */
function endWithConnection(open: OpenRequest, socket: Socket): void {
  if (socket.destroyed) {
    endRequest(open)
    return
  }
  open.endsWithConnection = true
  const others = waiting.get(socket)
  if (others !== undefined) {
    others.add(open)
    return
  }
  // One listener for all, because Node warns of more than ten.
  const all = new Set([open])
  waiting.set(socket, all)
  socket.once('close', () => {
    for (const one of all) endRequest(one)
  })
}

/** Calls a wrapped `emit` in the scope where that is needed. */
export function emitIn(scope: Scope, emit: Emit, emitter: object, args: unknown[]): unknown {
  if (!needsScope(scope, emitter, args[0])) return Reflect.apply(emit, emitter, args)
  return runUncaughtInScope(scope, Reflect.apply, emit, emitter, args)
}

/** False where nobody listens, and where the caller already runs in the scope or in one below it. */
function needsScope(scope: Scope, emitter: object, event: unknown): boolean {
  // Most events have no listener. An `error` without a listener is thrown, so it needs the scope.
  const isIdle = event !== 'error' && (emitter as EventEmitter).listenerCount(event as string) === 0
  return !isIdle && requestScope() !== scope
}

/** Writes the request entry. Runs in an event of Node's, so nothing may be thrown: a request that cannot be read is counted. */
export function closeRequest(open: OpenRequest): void {
  try {
    open.close()
  } catch {
    open.discard()
  }
}

/** An HttpInstrumentation without our hooks still makes its context active here. */
function attachLateSpan(open: OpenRequest): void {
  const rpc = activeRpcMetadata()
  if (rpc === undefined || requestScope() !== open.scope) return
  open.attachSpan(rpc.span, rpc)
  warnOfTwo()
}
