import type { LookupFunction, Socket } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { builtin } from '../../common/builtin.js'
import { afterSockets, clearTimeout, setTimeout } from '../../common/clock.js'
import { bareHost, portOf } from './address.js'
import { networkError } from './network-error.js'

const CONNECT_TIMEOUT_MS = 5_000
/** Node's default of 250 ms per address is too short for a slow network. */
const ADDRESS_TIMEOUT_MS = 1_000
/** Idle time after which TCP begins to ask whether the peer is still there, in ms. */
const KEEP_ALIVE_MS = 1_000

/** Called once: with a connected socket, or with the error. */
export type Connected = (error: Error | null, socket?: Socket) => void

/** Begins to connect. @returns the socket by which that can be given up */
export type Connect = (connected: Connected) => Socket

/** Begins to open a socket to an address. It does not keep the process alive. */
type Open = () => Socket

/** Returns the function that connects to an address directly. */
export function direct(url: URL, lookup: LookupFunction): Connect {
  const open = opener(url, lookup)
  const event = url.protocol === 'https:' ? 'secureConnect' : 'connect'
  return (connected) => {
    const socket = open()
    const end = limited(socket, connected)
    socket.once(event, () => end(null, socket))
    return socket
  }
}

/** Returns the function that opens a socket of TCP, or of TLS for an https address. */
export function opener(url: URL, lookup: LookupFunction): Open {
  const target = {
    host: bareHost(url),
    port: portOf(url),
    lookup,
    autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
  }
  if (url.protocol !== 'https:') return () => configure(builtin('node:net').connect(target))
  const secure = securer(url)
  return () => secure(target)
}

/**
 * Returns the function that opens a socket of TLS to an address. Each socket continues the session of the one before,
 * which saves most of the handshake's cost.
 */
export function securer(url: URL): (options: ConnectionOptions) => TLSSocket {
  const host = bareHost(url)
  let session: Buffer | undefined
  return (options) => {
    const isAddress = builtin('node:net').isIP(host) !== 0
    const socket = builtin('node:tls').connect({
      ...options,
      host,
      // TLS names no addresses: RFC 6066, section 3.
      servername: isAddress ? '' : host,
      ALPNProtocols: ['http/1.1'],
      ...(session && { session }),
    })
    socket.on('session', (latest) => {
      session = latest
    })
    socket.once('close', (hadError) => {
      if (hadError) session = undefined
    })
    return configure(socket)
  }
}

/** The socket does not keep the process alive, sends at once what it is given, and notices a peer that has gone. */
function configure<S extends Socket>(socket: S): S {
  // The attempt at a second address makes a new handle, which would keep the process alive.
  socket.on('connectionAttempt', () => socket.unref())
  // Not options: Node 20 ignores them for TLS.
  socket.once('connect', () => socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS))
  return socket.unref()
}

/**
 * Limits the time in which a connection is made.
 * @param outer destroyed when the time is over
 * @returns `connected`, which can be called more than once
 */
export function limited(outer: Socket, connected: Connected): Connected {
  let hasEnded = false
  const end: Connected = (error, socket) => {
    if (hasEnded) return
    hasEnded = true
    clearTimeout(timer)
    connected(error, socket)
  }
  const giveUp = () => {
    if (!hasEnded) outer.destroy(networkError('ETIMEDOUT', 'No connection in time'))
  }
  const timer = setTimeout(afterSockets(giveUp), CONNECT_TIMEOUT_MS).unref()
  outer.once('error', end)
  outer.once('close', () => end(networkError('ECONNRESET', 'The connection was closed before it was made')))
  return end
}
