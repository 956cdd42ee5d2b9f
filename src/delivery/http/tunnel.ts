import type { LookupFunction, Socket } from 'node:net'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { builtin } from '../../common/builtin.js'
import { clearTimeout, setTimeout } from '../../common/clock.js'
import { bareHost, portOf, proxyAuthorization } from './address.js'
import { networkError, ProxyRefusalError } from './network-error.js'

const CONNECT_TIMEOUT_MS = 5_000
const MAX_HEAD_BYTES = 16 * 1024

type Done = (error: Error | null, socket?: TLSSocket) => void

/**
 * Returns the function with which an https Agent connects through a proxy: CONNECT to the address, then TLS inside the
 * tunnel, so that the proxy sees neither key nor logs.
 *
 * https-proxy-agent is not used: it hands its socket out only after the proxy has answered. The socket cannot be
 * unreferenced before, so a silent proxy would keep the process alive.
 *
 * @param lookup resolves the proxy's host
 * @param quieten called with each socket as soon as it exists
 */
export function tunnel(proxy: URL, lookup: LookupFunction, quieten: (socket: Socket) => void) {
  return (options: ConnectionOptions, done: Done): undefined => {
    const outer = reach(proxy, lookup)
    quieten(outer)
    let hasEnded = false
    const end = (error: Error | null, socket?: TLSSocket) => {
      if (hasEnded) return
      hasEnded = true
      clearTimeout(timer)
      done(error, socket)
    }
    const timer = setTimeout(
      () => outer.destroy(networkError('ETIMEDOUT', 'No connection in time')),
      CONNECT_TIMEOUT_MS,
    ).unref()
    outer.on('error', end)
    outer.on('close', () => end(networkError('ECONNRESET', 'The proxy closed the connection')))
    outer.write(request(proxy, `${options.host}:${options.port}`))
    readStatus(outer, (status) => {
      if (status !== 200) {
        outer.destroy(new ProxyRefusalError(status))
        return
      }
      const inner = builtin('node:tls').connect({ ...options, socket: outer })
      quieten(inner)
      inner.on('error', end)
      inner.once('secureConnect', () => end(null, inner))
    })
  }
}

function reach(proxy: URL, lookup: LookupFunction): Socket {
  const to = { host: bareHost(proxy), port: portOf(proxy), lookup }
  return proxy.protocol === 'https:'
    ? builtin('node:tls').connect({ ...to, servername: to.host })
    : builtin('node:net').connect(to)
}

function request(proxy: URL, address: string): string {
  const authorization = proxyAuthorization(proxy)
  const lines = [`CONNECT ${address} HTTP/1.1`, `Host: ${address}`]
  if (authorization !== undefined) lines.push(`Proxy-Authorization: ${authorization}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Reads no byte beyond the proxy's answer: what follows belongs to TLS. */
function readStatus(socket: Socket, done: (status: number) => void): void {
  let head = Buffer.alloc(0)
  const read = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0 && head.length > MAX_HEAD_BYTES) {
        socket.destroy(networkError('EPROTO', 'The proxy did not answer with HTTP'))
        return
      }
      if (end < 0) continue
      socket.off('readable', read)
      if (head.length > end + 4) socket.unshift(head.subarray(end + 4))
      done(Number(/^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1'))?.[1] ?? 0))
      return
    }
  }
  socket.on('readable', read)
}
