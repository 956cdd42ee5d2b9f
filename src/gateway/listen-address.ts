import type { Kind } from '../config/option-kinds.js'

/** An address to listen on. */
export interface ListenAddress {
  /** `::` means every interface, IPv4 and IPv6. */
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:4778`, `[::1]:4778`, `:4778` for all interfaces, `4778` for loopback; port 0 takes any free port. */
export const listenAddress: Kind<ListenAddress> = {
  expected: 'an address to listen on, such as 127.0.0.1:4778, [::]:4778, :4778 or 4778',
  check: (value) => (typeof value === 'string' ? parse(value.trim()) : undefined),
  get read() {
    return listenAddress.check
  },
}

function parse(text: string): ListenAddress | undefined {
  const match = /^(?:\[([\da-f:.]+)\]:|([\w.-]*):)?(\d{1,5})$/i.exec(text)
  if (match === null) return undefined
  const [, v6, name, digits] = match
  const port = Number(digits)
  const host = v6 ?? (name === '' ? '::' : (name ?? '127.0.0.1'))
  return port <= 65_535 ? { host, port } : undefined
}

/** Whether only this machine can reach the address. */
export function isLoopback({ host }: ListenAddress): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

export function hostInWords({ host }: ListenAddress): string {
  return host === '::' || host === '0.0.0.0' ? 'all addresses of this machine' : host
}

export function addressUrl({ host, port }: ListenAddress): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
