import { builtin } from '../common/builtin.js'
import type { ExitRequest } from './exit-request.js'

/** The main thread's settings for DNS and TLS that a new thread does not share. */
export interface NetworkSettings {
  readonly dnsServers: readonly string[]
  readonly dnsResultOrder: 'ipv4first' | 'ipv6first' | 'verbatim'
  readonly autoSelectFamily: boolean
  readonly autoSelectFamilyTimeoutMs: number
  /** The certificates trusted by default, where Node has functions to get and set them. */
  readonly caCertificates: readonly string[] | undefined
}

/** Missing in the oldest supported Node. */
interface CaCertificates {
  getCACertificates?(type: 'default'): readonly string[]
  setDefaultCACertificates?(certificates: readonly string[]): void
}

/** The settings of this thread. */
export function networkSettings(requests: readonly ExitRequest[]): NetworkSettings {
  const [dns, net] = [builtin('node:dns'), builtin('node:net')]
  const isSecure = requests.some(({ destination }) =>
    [destination.apiUrl, destination.proxy].some((url) => url.startsWith('https:')),
  )
  const tls = isSecure ? (builtin('node:tls') as CaCertificates) : undefined
  return {
    dnsServers: dns.getServers(),
    dnsResultOrder: dns.getDefaultResultOrder(),
    autoSelectFamily: net.getDefaultAutoSelectFamily(),
    autoSelectFamilyTimeoutMs: net.getDefaultAutoSelectFamilyAttemptTimeout(),
    caCertificates: tls?.setDefaultCACertificates && tls.getCACertificates?.('default'),
  }
}

/** Applies the settings in another thread. */
export function applyNetworkSettings(settings: NetworkSettings): void {
  const [dns, net] = [builtin('node:dns'), builtin('node:net')]
  dns.setServers(settings.dnsServers)
  dns.setDefaultResultOrder(settings.dnsResultOrder)
  net.setDefaultAutoSelectFamily(settings.autoSelectFamily)
  net.setDefaultAutoSelectFamilyAttemptTimeout(settings.autoSelectFamilyTimeoutMs)
  const { caCertificates } = settings
  if (caCertificates === undefined) return
  const tls = builtin('node:tls') as CaCertificates
  tls.setDefaultCACertificates?.(caCertificates)
}
