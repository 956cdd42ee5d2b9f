import type { Agent } from 'node:http'
import type { Duplex } from 'node:stream'

type AgentSettings = { keepAlive: true; maxSockets: number; maxFreeSockets: number; scheduling: 'lifo' }

/**
 * The pool of connections for one address, through a proxy where one is named. Loaded at the first send: an
 * app may never send, and an early import of node:http keeps others from instrumenting it.
 */
export async function openAgent(
  url: URL,
  proxy: string | false | undefined,
  connections: number,
): Promise<Agent> {
  const through = proxy === undefined ? await proxyFromEnvironment(url) : proxy
  const settings: AgentSettings = {
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    scheduling: 'lifo',
  }
  const agent = through ? await openProxyAgent(url, through, settings) : await openDirectAgent(url, settings)
  return quieten(agent)
}

async function openDirectAgent(url: URL, settings: AgentSettings): Promise<Agent> {
  if (url.protocol === 'https:') return new (await import('node:https')).Agent(settings)
  return new (await import('node:http')).Agent(settings)
}

async function openProxyAgent(url: URL, proxy: string, settings: AgentSettings): Promise<Agent> {
  if (url.protocol === 'https:')
    return new (await import('https-proxy-agent')).HttpsProxyAgent(proxy, settings)
  return new (await import('http-proxy-agent')).HttpProxyAgent(proxy, settings)
}

/** `https_proxy`, `http_proxy` and `no_proxy`, in either case. */
async function proxyFromEnvironment(url: URL): Promise<string> {
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY } = process.env
  if (!(http_proxy || HTTP_PROXY || https_proxy || HTTPS_PROXY || all_proxy || ALL_PROXY)) return ''
  return (await import('proxy-from-env')).getProxyForUrl(url.href)
}

interface Connecting {
  createConnection(...args: unknown[]): Duplex | undefined
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
