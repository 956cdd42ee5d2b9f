import type { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'
import { builtin } from '../../common/builtin.js'
import { bareHost, portOf, proxyAuthorization } from './address.js'
import { createLookup } from './lookup.js'
import { proxyFor } from './proxy.js'
import { tunnel } from './tunnel.js'

/** How requests reach one address: the agent, and the prefix of the path. */
export interface Route {
  readonly agent: Agent
  /** The peer of the connection: the address itself, or a forwarding proxy. */
  readonly protocol: string
  readonly hostname: string
  readonly port: number
  /** Precedes each path: empty, or the whole address for a forwarding proxy. */
  readonly prefix: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Opens the route to an address, through a proxy if one is set. Must not be called before the first send, because it
 * loads node:http.
 * @param proxy its address, false for none, undefined for the environment's
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

function openAgent({ protocol }: URL, connections: number, lookup: LookupFunction): Agent {
  const settings = {
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    scheduling: 'lifo',
    // Node's default of 250 ms per address is too short for a slow network.
    autoSelectFamilyAttemptTimeout: 1_000,
    lookup,
  } as const
  const { Agent } = protocol === 'https:' ? builtin('node:https') : builtin('node:http')
  return new Agent(settings)
}

/** The method with which an Agent connects; @types/node lacks it. */
interface Connecting {
  createConnection(...args: unknown[]): Duplex | undefined
}

function connectBy(agent: Agent, connect: (...args: never[]) => undefined): void {
  const connecting = agent as unknown as Connecting
  connecting.createConnection = connect as Connecting['createConnection']
}

/**
 * The agent's sockets never keep the process alive, even with a request in flight. The end of the process waits for
 * requests in its own way.
 */
function quieten(agent: Agent): Agent {
  const connecting = agent as unknown as Connecting
  const { createConnection } = connecting
  connecting.createConnection = (...args) => {
    const socket = createConnection.apply(agent, args)
    quietenSocket(socket)
    return socket
  }
  // The agent references a pooled socket again when it is reused.
  agent.on('free', quietenSocket)
  return agent
}

function quietenSocket(socket: unknown): void {
  const known = socket as { unref?: () => void; ref?: () => unknown } | undefined
  if (typeof known?.unref !== 'function') return
  known.unref()
  known.ref = () => known
}
