import { builtin } from '../common/builtin.js'
import { integer, statusCode, text } from './attribute-value.js'
import type { AttributesLike } from './otel.js'
import { readProperty } from './property.js'
import { withoutQuery } from './request-parts.js'

/** The HTTP request that a span describes, by current or older semantic conventions. */
export interface SpanHttp {
  method: string
  /** The whole URL where it is known, else the known part. */
  url?: string
  path?: string
  query?: string
  statusCode?: number
  route?: string
  /** With the port, unless it is the default port of the scheme. */
  host?: string
  scheme?: string
  userAgent?: string
  /** The other end of the socket, which may be a proxy. */
  peerAddress?: string
  /** The client's address as the instrumentation determined it, `X-Forwarded-For` included. */
  clientAddress?: string
}

/** @returns `undefined` for a span without an HTTP method */
export function spanHttp(attributes: AttributesLike): SpanHttp | undefined {
  const method = methodOf(attributes)
  if (method === undefined) return undefined
  const http: SpanHttp = { method }
  const target = firstText(attributes, 'http.target')
  const full = firstText(attributes, 'url.full', 'http.url')
  set(http, 'scheme', firstText(attributes, 'url.scheme', 'http.scheme') ?? schemeOf(full))
  set(http, 'host', hostOf(attributes, http.scheme) ?? authorityOf(full))
  set(http, 'path', firstText(attributes, 'url.path') ?? pathOf(target) ?? pathOf(afterAuthority(full)))
  set(http, 'query', firstText(attributes, 'url.query') ?? queryOf(target) ?? queryOf(full))
  set(http, 'url', full ?? composedUrl(http))
  set(http, 'statusCode', firstStatusCode(attributes))
  set(http, 'route', firstText(attributes, 'http.route'))
  set(http, 'userAgent', firstText(attributes, 'user_agent.original', 'http.user_agent', 'user_agent'))
  set(http, 'peerAddress', peerAddressOf(attributes))
  set(http, 'clientAddress', firstText(attributes, 'client.address', 'http.client_ip'))
  return http
}

function peerAddressOf(attributes: AttributesLike): string | undefined {
  const address = firstText(attributes, 'network.peer.address', 'net.sock.peer.addr', 'net.peer.ip')
  if (address !== undefined) return address
  // Envoy's name, which other tracers use for the names of services.
  const peer = firstText(attributes, 'peer.address')
  return peer !== undefined && builtin('node:net').isIP(peer) > 0 ? peer : undefined
}

function methodOf(attributes: AttributesLike): string | undefined {
  const method = firstText(attributes, 'http.request.method', 'http.method')
  // `_OTHER` stands for every method that an instrumentation does not know.
  return method === '_OTHER' ? (firstText(attributes, 'http.request.method_original') ?? method) : method
}

/** The status of the answer, as a number or as text. */
export function firstStatusCode(attributes: AttributesLike): number | undefined {
  for (const name of ['http.response.status_code', 'http.status_code']) {
    const value = statusCode(readProperty(attributes, name))
    if (value !== undefined) return value
  }
  return undefined
}

/** The first of these attributes that is a non-empty text. */
export function firstText(attributes: AttributesLike, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = text(readProperty(attributes, name))
    if (value !== undefined) return value
  }
  return undefined
}

/** The first of these attributes that is a whole number. */
function firstInteger(attributes: AttributesLike, ...names: string[]): number | undefined {
  for (const name of names) {
    const value = integer(readProperty(attributes, name))
    if (value !== undefined) return value
  }
  return undefined
}

function set<Key extends keyof SpanHttp>(http: SpanHttp, key: Key, value: SpanHttp[Key] | undefined): void {
  if (value !== undefined) http[key] = value as SpanHttp[Key]
}

function hostOf(attributes: AttributesLike, scheme: string | undefined): string | undefined {
  const names = ['http.host', 'server.address', 'http.server_name', 'net.host.name', 'net.peer.name'] as const
  const input = firstText(attributes, ...names)
  if (input === undefined) return undefined
  const { name, port: own } = hostParts(input)
  // A Host header includes its port; without one, the default port applies.
  const isHeader = input === firstText(attributes, 'http.host')
  const port =
    own ?? (isHeader ? undefined : firstInteger(attributes, 'server.port', 'net.host.port', 'net.peer.port'))
  const bracketed = name.includes(':') ? `[${name}]` : name
  return port === undefined || port === (scheme === 'https' ? 443 : 80) ? bracketed : `${bracketed}:${port}`
}

/** Splits a name or address from its port and removes brackets. Several colons mean an IPv6 address. */
function hostParts(host: string): { name: string; port: number | undefined } {
  const [, v6, v6Port] = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(host) ?? []
  if (v6 !== undefined) return { name: v6, port: v6Port === undefined ? undefined : Number(v6Port) }
  const [, name, port] = /^([^:]*):(\d{1,5})$/.exec(host) ?? []
  return name === undefined ? { name: host, port: undefined } : { name, port: Number(port) }
}

function composedUrl(http: SpanHttp): string | undefined {
  const path = http.path === undefined || http.query === undefined ? http.path : `${http.path}?${http.query}`
  return http.host === undefined ? path : `${http.scheme ?? 'http'}://${http.host}${path ?? ''}`
}

function schemeOf(url: string | undefined): string | undefined {
  const end = url?.indexOf('://') ?? -1
  return end > 0 ? url?.slice(0, end) : undefined
}

/** Host and port of a URL, without user and password. */
function authorityOf(url: string | undefined): string | undefined {
  const start = url?.indexOf('://') ?? -1
  if (url === undefined || start === -1) return undefined
  const rest = url.slice(start + 3)
  const authority = rest.slice(0, endOfAuthority(rest))
  return authority.slice(authority.lastIndexOf('@') + 1) || undefined
}

function afterAuthority(url: string | undefined): string | undefined {
  const start = url?.indexOf('://') ?? -1
  if (url === undefined || start === -1) return url
  const rest = url.slice(start + 3)
  return rest.slice(endOfAuthority(rest)) || '/'
}

function endOfAuthority(rest: string): number {
  const end = rest.search(/[/?#]/)
  return end === -1 ? rest.length : end
}

function pathOf(target: string | undefined): string | undefined {
  return target === undefined ? undefined : withoutQuery(target) || '/'
}

function queryOf(target: string | undefined): string | undefined {
  const start = target?.indexOf('?') ?? -1
  return target === undefined || start === -1
    ? undefined
    : target.slice(start + 1).split('#', 1)[0] || undefined
}
