import type { IncomingMessage } from 'node:http'
import { requestScope, runUncaughtInScope } from '../src/scope/current.js'
import type { Scope } from '../src/scope/scope.js'
import { shared } from '../src/shared.js'
import { methodWrapper } from '../src/wrap-method.js'

/** Gives the scope of a request with which a connection leaves HTTP; undefined for one that nobody follows. */
export type BeginUpgrade = (request: IncomingMessage) => Scope | undefined

/** The events of such requests; Node's channel for requests does not tell of them. */
const LEAVING = ['upgrade', 'connect']

const begins = shared('upgrades.begins', () => new WeakMap<object, BeginUpgrade>())
const scopes = shared('upgrades.scopes', () => new WeakMap<object, Scope>())

/**
 * Runs the listeners of requests with which a connection leaves HTTP, such as a WebSocket's, and from then on those of
 * the connection, in a scope of their own: what they say of users must not become the process's. Of several who ask
 * the last one has the server.
 */
export function followUpgrades(server: object, begin: BeginUpgrade): void {
  // Other servers have nothing of the kind.
  if (!('maxHeadersCount' in server)) return
  begins.set(server, begin)
  wrapServer(server)
}

const wrapServer = methodWrapper('upgrades.server', 'emit', (emit, server, args) => {
  const [event, request, socket] = args
  const scope = LEAVING.includes(event as string)
    ? begins.get(server)?.(request as IncomingMessage)
    : undefined
  if (scope === undefined) return Reflect.apply(emit, server, args)
  scopes.set(socket as object, scope)
  wrapSocket(socket as object)
  return runUncaughtInScope(scope, Reflect.apply, emit, server, args)
})

const wrapSocket = methodWrapper('upgrades.socket', 'emit', (emit, socket, args) => {
  const scope = scopes.get(socket)
  if (scope === undefined || requestScope() === scope) return Reflect.apply(emit, socket, args)
  return runUncaughtInScope(scope, Reflect.apply, emit, socket, args)
})
