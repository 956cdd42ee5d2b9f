import type { IncomingMessage } from 'node:http'
import { isLoopback } from './listen-address.js'

/**
 * Why a request to a gateway on loopback comes from another site: a web page can make a browser on this machine call
 * the gateway, or let a domain of its own point at this machine. Undefined when the request may go on.
 */
export function foreignCall({
  headers,
}: IncomingMessage): { status: 403 | 421; message: string } | undefined {
  const host = (headers.host ?? '').toLowerCase()
  if (!isLoopback({ host: hostName(host), port: 0 })) {
    return {
      status: 421,
      message: 'This gateway listens on loopback, and the Host header names another machine.',
    }
  }
  const { origin, 'sec-fetch-site': site } = headers
  const isForeign = origin !== undefined && origin.toLowerCase() !== `http://${host}`
  if (isForeign || site === 'cross-site') {
    return { status: 403, message: 'Calls from pages of other origins are refused.' }
  }
  return undefined
}

/** The name in a Host header, without port and brackets. The port may differ from ours, behind a tunnel. */
function hostName(host: string): string {
  return /^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '')
}
