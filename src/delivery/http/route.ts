import { proxyAuthorization } from './address.js'
import { type Connect, direct } from './connect.js'
import { createLookup } from './lookup.js'
import { proxyFor } from './proxy.js'
import { tunnel } from './tunnel.js'

/** How requests reach one address. */
export interface Route {
  readonly connect: Connect
  /** Precedes each path: empty, or the whole address for a forwarding proxy. */
  readonly prefix: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Finds the route to an address, through a proxy if one is set. Must not be called before the first send, because it
 * loads node:net.
 * @param proxy its address, false for none, undefined for the environment's
 */
export function openRoute(url: URL, proxy: string | false | undefined): Route {
  const named = proxyFor(url, proxy)
  const through = named ? readProxy(named) : undefined
  const lookup = createLookup()
  const headers = { host: url.host }
  if (through === undefined) return { connect: direct(url, lookup), prefix: '', headers }
  if (url.protocol === 'https:') return { connect: tunnel(url, through, lookup), prefix: '', headers }
  const authorization = proxyAuthorization(through)
  return {
    connect: direct(through, lookup),
    prefix: url.origin,
    headers: { ...headers, ...(authorization !== undefined && { 'proxy-authorization': authorization }) },
  }
}

/** The address may contain a password, so the error message does not show it. */
function readProxy(address: string): URL {
  if (!URL.canParse(address))
    throw new TypeError('The proxy address (option proxy, https_proxy, http_proxy or all_proxy) is not a URL')
  const proxy = new URL(address)
  if (/^https?:$/.test(proxy.protocol)) return proxy
  throw new TypeError(
    `The proxy (option proxy, https_proxy, http_proxy or all_proxy) must be http or https, not ${proxy.protocol}`,
  )
}
