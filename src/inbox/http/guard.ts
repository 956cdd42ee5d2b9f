import type { IncomingMessage } from 'node:http'
import { type Reply, refusal } from './reply.js'

const HTTP_PORT = 80

/**
 * Keeps other sites' pages out: a page of theirs can make a browser on this machine call us, or let its own
 * name point at this machine, and would so read what is held here.
 * @returns the refusal, or nothing when the call may go on.
 */
export function refuseForeign(request: IncomingMessage, host: string, port: number): Reply | undefined {
  const hosts = [host, 'localhost', '127.0.0.1', '::1']
  const names = hosts.map((name) => authority(name, port))
  // Clients leave out the port that http has anyway.
  if (port === HTTP_PORT) names.push(...names.map((name) => name.slice(0, -`:${port}`.length)))
  if (!names.includes((request.headers.host ?? '').toLowerCase())) {
    return refusal(421, 'The Host header does not name this inbox.')
  }
  // Reads, too: a browser says where they come from only when another page's program asks. What needs no permission
  // to be fetched, such as a script or a picture, comes without an origin. Links may lead here.
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
