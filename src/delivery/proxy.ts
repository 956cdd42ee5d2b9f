import { getProxyForUrl } from 'proxy-from-env'

/**
 * The address of the proxy for a URL, '' for none.
 *
 * @param proxy its address, false for none, undefined for what the environment names: `https_proxy`,
 * `http_proxy` and `no_proxy`, in either case
 */
export function proxyFor(url: URL, proxy: string | false | undefined): string {
  return proxy === undefined ? proxyFromEnvironment(url) : proxy || ''
}

function proxyFromEnvironment(url: URL): string {
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY } = process.env
  const named = [http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY].filter(Boolean)
  if (named.length === 0) return ''
  const proxy = getProxyForUrl(url.href)
  // "proxy:3128" means http, whatever the address behind it speaks.
  const bare = proxy.replace(/^\w+:\/\//, '')
  return named.includes(bare) ? `http://${bare}` : proxy
}
