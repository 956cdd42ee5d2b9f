import type { IncomingHttpHeaders } from 'node:http'
import { builtin } from '../src/common/builtin.js'
import type { RequestHead } from './request-head.js'

/**
 * The client's address, and the host and protocol it used: taken from the socket, or with `trustProxy` from the proxy.
 */
export interface Caller {
  readonly ip: string | undefined
  readonly host: string | undefined
  readonly scheme: string
}

const MAX_HOST_LENGTH = 260

export function callerOf(
  headers: IncomingHttpHeaders,
  socket: RequestHead['socket'],
  trustProxy: boolean,
): Caller {
  const scheme = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http'
  const direct = { ip: plainAddress(socket.remoteAddress), host: hostOf(headers.host), scheme }
  return trustProxy ? behindProxy(headers, direct) : direct
}

/** The leftmost entry is the client. Where that entry holds no address, the socket's address is used. */
function behindProxy(headers: IncomingHttpHeaders, direct: Caller): Caller {
  const forwarded = firstForwarded(headers.forwarded)
  const proto = (first(headers['x-forwarded-proto']) ?? forwarded.get('proto'))?.toLowerCase()
  const host = hostOf(first(headers['x-forwarded-host']) ?? forwarded.get('host'))
  return {
    ip: addressIn(first(headers['x-forwarded-for'])) ?? addressIn(forwarded.get('for')) ?? direct.ip,
    host: host ?? direct.host,
    scheme: proto === 'http' || proto === 'https' ? proto : direct.scheme,
  }
}

function first(header: string | string[] | undefined): string | undefined {
  const value = Array.isArray(header) ? header[0] : header
  return value?.split(',', 1)[0]?.trim() || undefined
}

/** The first element of a `Forwarded` header (RFC 7239), with parameter names in lower case. */
function firstForwarded(header: string | undefined): ReadonlyMap<string, string> {
  const parts = new Map<string, string>()
  for (const pair of first(header)?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const value = pair.slice(equals + 1).trim()
    parts.set(pair.slice(0, equals).trim().toLowerCase(), value.replace(/^"(.*)"$/, '$1'))
  }
  return parts
}

/**
 * Accepts `203.0.113.7`, `203.0.113.7:443`, `2001:db8::1` and `[2001:db8::1]:443`; `unknown` and `_hidden` give
 * undefined.
 */
function addressIn(entry: string | undefined): string | undefined {
  if (entry === undefined) return undefined
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry
  return builtin('node:net').isIP(bare) === 0 ? undefined : plainAddress(bare)
}

/** A dual-stack server sees IPv4 clients as `::ffff:203.0.113.7`. */
function plainAddress(address: string | undefined): string | undefined {
  return address?.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

function hostOf(host: string | undefined): string | undefined {
  return host === undefined || host === '' || host.length > MAX_HOST_LENGTH ? undefined : host
}
