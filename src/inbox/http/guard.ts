import type { IncomingMessage } from 'node:http'
import { type Reply, refusal } from './reply.js'

const HTTP_PORT = 80

/**
 * Refuses requests from other sites. A web page can make a browser on this machine call the inbox, or let a domain of
 * its own point at this machine, and could so read the logs.
 * @returns the refusal, or undefined when the call may go on
 */
export function refuseForeign(request: IncomingMessage, host: string, port: number): Reply | undefined {
  const hosts = [host, 'localhost', '127.0.0.1', '::1']
  const names = hosts.map((name) => authority(name, port))
  // Clients leave out http's default port.
  if (port === HTTP_PORT) names.push(...names.map((name) => name.slice(0, -`:${port}`.length)))
  if (!names.includes((request.headers.host ?? '').toLowerCase())) {
    return refusal(421, 'The Host header does not name this inbox.')
  }
  // Applies to reads too. A browser sends Origin only for requests by a page's script; scripts and pictures that a page
  // embeds come without it, but with Sec-Fetch headers. A link may lead here.
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers
  const isForeign = origin !== undefined && !names.some((name) => origin === `http://${name}`)
  const isEmbedded = site === 'cross-site' && mode !== 'navigate'
  if (isForeign || isEmbedded) return refusal(403, 'Calls from pages of other origins are refused.')
  return undefined
}

/** `host:port`, with brackets around an IPv6 address. */
export function authority(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
