import type { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'
import { createLookup } from './lookup.js'
import { proxyFor } from './proxy.js'

/** How requests for one address travel: over which connections, and with what in front of their path. */
export interface Route {
  readonly agent: Agent
  /** Where connections lead to: the address itself, or a proxy that forwards. */
  readonly protocol: string
  readonly hostname: string
  readonly port: number
  /** In front of each path: empty, or the whole address for a proxy that forwards. */
  readonly prefix: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The way to an address, through a proxy where one is named. Loaded at the first send: an app may never send,
 * and an early import of node:http keeps others from instrumenting it.
 *
 * @param proxy its address, false for none, undefined for what the environment names
 */
export async function openRoute(
  url: URL,
  proxy: string | false | undefined,
  connections: number,
): Promise<Route> {
  const named = proxyFor(url, proxy)
  const through = named ? new URL(named) : undefined
  if (through && !/^https?:$/.test(through.protocol)) {
    throw new Error(`A proxy must be http or https, not ${through.protocol}`)
  }
  const isForwarded = through !== undefined && url.protocol === 'http:'
  const to = isForwarded ? through : url
  const lookup = createLookup()
  const agent = await openAgent(to, connections, lookup)
  if (through && !isForwarded) {
    const { tunnel } = await import('./tunnel.js')
    connectBy(agent, tunnel(through, lookup, quietenSocket))
  }
  const authorization = isForwarded ? proxyAuthorization(through) : undefined
  return {
    agent: quieten(agent),
    protocol: to.protocol,
    hostname: bareHost(to),
    port: portOf(to),
    prefix: isForwarded ? url.origin : '',
    headers: {
      ...(isForwarded && { host: url.host }),
      ...(authorization !== undefined && { 'proxy-authorization': authorization }),
    },
  }
}

/** Without the brackets around an IPv6 address. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

export function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
}

export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const pair = `${decode(username)}:${decode(password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** A password may well hold a `%` that nobody has encoded. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

async function openAgent({ protocol }: URL, connections: number, lookup: LookupFunction): Promise<Agent> {
  const settings = {
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    scheduling: 'lifo',
    lookup,
  } as const
  if (protocol === 'https:') return new (await import('node:https')).Agent(settings)
  return new (await import('node:http')).Agent(settings)
}

/** What an Agent does to connect, which its types do not tell. */
interface Connecting {
  createConnection(...args: unknown[]): Duplex | undefined
}

function connectBy(agent: Agent, connect: (...args: never[]) => undefined): void {
  const connecting = agent as unknown as Connecting
  connecting.createConnection = connect as Connecting['createConnection']
}

/** Its sockets never keep the process alive, not even with a request on its way: the end has a wait of its own. */
function quieten(agent: Agent): Agent {
  const connecting = agent as unknown as Connecting
  const { createConnection } = connecting
  connecting.createConnection = (...args) => {
    const socket = createConnection.apply(agent, args)
    quietenSocket(socket)
    return socket
  }
  // A pooled socket is referenced again when it is used.
  agent.on('free', quietenSocket)
  return agent
}

function quietenSocket(socket: unknown): void {
  const known = socket as { unref?: () => void; ref?: () => unknown } | undefined
  if (typeof known?.unref !== 'function') return
  known.unref()
  known.ref = () => known
}
