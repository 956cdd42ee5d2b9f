import type { LookupFunction, Socket } from 'node:net'
import { portOf, proxyAuthorization } from './address.js'
import { type Connect, limited, opener, securer } from './connect.js'
import { networkError, ProxyRefusalError } from './network-error.js'

const MAX_HEAD_BYTES = 16 * 1024

/**
 * Returns the function that connects to an https address through a proxy: CONNECT to the address, then TLS inside the
 * tunnel, so that the proxy sees neither key nor logs.
 *
 * https-proxy-agent is not used: it hands its socket out only after the proxy has answered. The socket cannot be
 * unreferenced before, so a silent proxy would keep the process alive.
 *
 * @param lookup resolves the proxy's host
 */
export function tunnel(url: URL, proxy: URL, lookup: LookupFunction): Connect {
  const open = opener(proxy, lookup)
  const secure = securer(url)
  return (connected) => {
    const outer = open()
    const end = limited(outer, connected)
    outer.write(request(proxy, `${url.hostname}:${portOf(url)}`))
    readStatus(outer, (status) => {
      if (status !== 200) {
        outer.destroy(new ProxyRefusalError(status))
        return
      }
      const inner = secure({ socket: outer })
      inner.on('error', end)
      inner.once('secureConnect', () => end(null, inner))
    })
    return outer
  }
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
