import type { EventEmitter } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { requestScope, runUncaughtInScope } from '../src/scope/current.js'
import type { Scope } from '../src/scope/scope.js'
import type { OpenRequest } from './open-request.js'
import { activeRpcMetadata } from './rpc-metadata.js'
import { warnOfTwo } from './two-instrumentations.js'

type Emit = (this: EventEmitter, ...args: unknown[]) => boolean

// A property and not a WeakMap: it is read at every event. A registered symbol, so that of two copies of
// this package one lets the other be.
const OPEN = Symbol.for('lognitor.request.v1')

interface Followed {
  readonly open: OpenRequest
  /** The emitter's `emit` before ours. */
  readonly emit: Emit
}

type Holder = EventEmitter & { [OPEN]?: Followed; emit: Emit }

/** The open request behind Node's object, or undefined for one that nobody follows. */
export function openRequestOf(emitter: object): OpenRequest | undefined {
  return (emitter as Holder)[OPEN]?.open
}

/**
 * Runs every listener of the request, of its response and of the server for this request in the request's
 * scope, and tells the request how it goes. The emitters are wrapped one by one and not the scope entered:
 * Node's parser serves all requests of a connection, so what is entered there is found by the next request
 * (Node 20) or lost at the first event (Node 24).
 */
export function follow(open: OpenRequest, server: Server): void {
  wrap(open.request, open, emitOfRequest)
  wrap(open.response, open, emitOfResponse)
  if (!servers.has(server)) {
    servers.set(server, Object.hasOwn(server, 'emit') ? (server.emit as Emit) : undefined)
    ;(server as unknown as Holder).emit = emitOfServer
  }
}

/** The servers we wrapped, with an `emit` of their own that they had before. */
const servers = new WeakMap<EventEmitter, Emit | undefined>()

function wrap(emitter: IncomingMessage | ServerResponse, open: OpenRequest, emit: Emit): void {
  const holder = emitter as unknown as Holder
  holder[OPEN] = { open, emit: holder.emit }
  holder.emit = emit
}

function emitOfServer(this: EventEmitter, ...args: unknown[]): boolean {
  // Looked up at each event: instrumentation-http may patch the prototype after us.
  const emit = servers.get(this) ?? (Object.getPrototypeOf(this) as Holder).emit
  const about = args[1]
  const open = typeof about === 'object' && about !== null ? openRequestOf(about) : undefined
  return open === undefined ? Reflect.apply(emit, this, args) : emitIn(open.scope, emit, this, args)
}

function emitOfRequest(this: EventEmitter, ...args: unknown[]): boolean {
  const { open, emit } = (this as Holder)[OPEN] as Followed
  // An answer that still waits behind others on its connection has no socket and hears of no close.
  if (args[0] === 'close' && open.response.socket === null && open.request.socket.destroyed) close(open)
  return emitIn(open.scope, emit, this, args)
}

function emitOfResponse(this: EventEmitter, ...args: unknown[]): boolean {
  const { open, emit } = (this as Holder)[OPEN] as Followed
  const event = args[0]
  if (event === 'close') close(open)
  else if (event === 'finish') open.finish()
  else if (event === 'prefinish' && !open.hasMetSpan) meetLate(open)
  return emitIn(open.scope, emit, this, args)
}

/** Inside the scope already, or in one below it, the caller's own scope is the better one. */
function emitIn(scope: Scope, emit: Emit, emitter: EventEmitter, args: unknown[]): boolean {
  if (requestScope() === scope) return Reflect.apply(emit, emitter, args)
  return runUncaughtInScope(scope, Reflect.apply, emit, emitter, args) as boolean
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
