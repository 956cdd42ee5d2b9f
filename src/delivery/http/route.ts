import type { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'
import { builtin } from '../../common/builtin.js'
import { bareHost, portOf, proxyAuthorization } from './address.js'
import { createLookup } from './lookup.js'
import { proxyFor } from './proxy.js'
import { tunnel } from './tunnel.js'

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
 * The way to an address, through a proxy where one is named. Opened at the first send: only then is node:http loaded.
 *
 * @param proxy its address, false for none, undefined for what the environment names
 */
export function openRoute(url: URL, proxy: string | false | undefined, connections: number): Route {
  const named = proxyFor(url, proxy)
  const through = named ? readProxy(named) : undefined
  const isForwarded = through !== undefined && url.protocol === 'http:'
  const to = isForwarded ? through : url
  const lookup = createLookup()
  const agent = openAgent(to, connections, lookup)
  if (through && !isForwarded) connectBy(agent, tunnel(through, lookup, quietenSocket))
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

/** The address comes from the environment, perhaps; it may hold a password, and so no message shows it. */
function readProxy(address: string): URL {
  if (!URL.canParse(address))
    throw new TypeError('The address of the proxy (option proxy, or https_proxy and its like) is no URL')
  const proxy = new URL(address)
  if (/^https?:$/.test(proxy.protocol)) return proxy
  throw new TypeError(
    `A proxy (option proxy, or https_proxy and its like) is http or https, not ${proxy.protocol}`,
  )
}

function openAgent({ protocol }: URL, connections: number, lookup: LookupFunction): Agent {
  const settings = {
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    scheduling: 'lifo',
    // Node gives each of several addresses a quarter of a second, which is short for a slow network.
    autoSelectFamilyAttemptTimeout: 1_000,
    lookup,
  } as const
  const { Agent } = protocol === 'https:' ? builtin('node:https') : builtin('node:http')
  return new Agent(settings)
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
