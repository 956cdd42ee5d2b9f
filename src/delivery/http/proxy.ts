import { getProxyForUrl } from 'proxy-from-env'
import { warnOnce } from '../../config/errors.js'
import { proxyAddress } from '../../config/option-kinds.js'

/**
 * The address of the proxy for a URL, '' for none.
 * @param proxy the proxy's address, false for none, undefined for the environment's: `https_proxy`, `http_proxy` and
 *   `no_proxy`, in either case
 */
export function proxyFor(url: URL, proxy: string | false | undefined): string {
  return proxy === undefined ? proxyFromEnvironment(url) : proxy || ''
}

function proxyFromEnvironment(url: URL): string {
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY } = process.env
  const named = [http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY].filter(Boolean)
  if (named.length === 0) return ''
  const proxy = getProxyForUrl(url.href)
  // "proxy:3128" without a scheme means http, whatever the scheme of the target.
  const bare = proxy.replace(/^\w+:\/\//, '')
  const address = named.includes(bare) ? `http://${bare}` : proxy
  if (address === '' || proxyAddress.check(address) !== undefined) return address
  warnUnusable(address)
  return ''
}

/** Names the variable only: its value may contain a password. */
function warnUnusable(address: string): void {
  const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']
  const name = names.find((one) => process.env[one] === address || `http://${process.env[one]}` === address)
  const protocol = /^([a-z0-9]+):\/\//i.exec(address)?.[1]
  const what =
    protocol && protocol !== 'http' ? `a proxy of the type ${protocol}` : 'an invalid proxy address'
  warnOnce(
    'LOGNITOR_PROXY_UNUSABLE',
    `${name ?? 'The environment'} names ${what}, so Lognitor is reached without a proxy. A proxy is http://host:port or https://host:port. ` +
      'Set the option proxy (LOGNITOR_PROXY) to a usable one, or to false; or list the host in no_proxy.',
  )
}
