import type { LookupAddress, LookupOptions, promises } from 'node:dns'
import { readFileSync } from 'node:fs'
import type { LookupFunction } from 'node:net'
import { builtin } from '../../common/builtin.js'
import { clearTimeout, setTimeout } from '../../common/clock.js'

const TIMEOUT_MS = 1000
/** How long to wait for the addresses of the second family once those of one are known: RFC 8305, section 3. */
const RESOLUTION_DELAY_MS = 50
const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'

/**
 * A lookup for connections that gives up after one second. The usual `getaddrinfo` blocks for half a minute where a
 * name server is silent, cannot be cancelled, and keeps the process alive meanwhile. It is used only for local names,
 * which it answers at once, and for names that the name servers do not know. When a lookup fails, the addresses found
 * before are used.
 */
export function createLookup(): LookupFunction {
  const known = new Map<string, LookupAddress[]>()

  return (host, options, give) => {
    const answer = (found: LookupAddress[]) => {
      const [first] = found
      if (options.all || first === undefined) give(null, found)
      else give(null, first.address, first.family)
    }
    find(host, options).then(
      (found) => {
        known.set(host, found)
        answer(found)
      },
      (error) => {
        const before = known.get(host)
        if (before) answer(before)
        else give(error, [])
      },
    )
  }
}

async function find(host: string, options: LookupOptions): Promise<LookupAddress[]> {
  const { promises } = builtin('node:dns')
  const fromSystem = () => promises.lookup(host, { ...options, all: true })
  if (isLocal(host)) return fromSystem()
  const resolver = new promises.Resolver({ timeout: TIMEOUT_MS, tries: 1 })
  useServersOf(resolver)
  const cancelAfter = (ms: number) => setTimeout(() => resolver.cancel(), ms).unref()
  const ask = async (version: 4 | 6): Promise<LookupAddress[]> => {
    if (version !== (familyOf(options) || version)) return []
    const asked = version === 4 ? resolver.resolve4(host) : resolver.resolve6(host)
    const found = (await asked.catch(orNothing)).map((address) => ({ address, family: version }))
    if (found.length > 0) cancelAfter(RESOLUTION_DELAY_MS)
    return found
  }
  // The resolver's timeout applies to each name server; this limit applies to all of them together.
  const limit = cancelAfter(TIMEOUT_MS)
  // Both families, since perhaps only one is reachable: Node tries the addresses one after the other.
  const answers = await Promise.allSettled([ask(4), ask(6)])
  clearTimeout(limit)
  if (isSixFirst(options)) answers.reverse()
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  if (found.length > 0) return found
  for (const answer of answers) if (answer.status === 'rejected') throw answer.reason
  return fromSystem()
}

/** A new resolver uses the system's servers and not those set with `dns.setServers`. */
function useServersOf(resolver: promises.Resolver): void {
  const servers = builtin('node:dns').getServers()
  if (servers.length > 0 && servers.join() !== resolver.getServers().join()) resolver.setServers(servers)
}

/** Which family comes first. With order `verbatim` this is IPv6 if the machine has a global IPv6 address. */
function isSixFirst(options: LookupOptions): boolean {
  const order = options.order ?? builtin('node:dns').getDefaultResultOrder()
  if (order !== 'verbatim') return order === 'ipv6first'
  const addresses = Object.values(builtin('node:os').networkInterfaces()).flat()
  return addresses.some((own) => own?.family === 'IPv6' && !own.internal && !own.address.startsWith('fe80:'))
}

function familyOf({ family }: LookupOptions): number {
  if (family === 'IPv4') return 4
  if (family === 'IPv6') return 6
  return family ?? 0
}

/** An unknown name gives an empty list; a silent name server is an error. */
function orNothing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ETIMEOUT' || error.code === 'ECANCELLED') throw error
  return []
}

function isLocal(host: string): boolean {
  if (/(^|\.)localhost$/i.test(host)) return true
  try {
    const words = readFileSync(HOSTS_FILE, 'utf8').replace(/#.*/g, '').toLowerCase().split(/\s+/)
    return words.includes(host.toLowerCase())
  } catch {
    return false
  }
}
