import type { LookupAddress, LookupOptions } from 'node:dns'
import { readFileSync } from 'node:fs'
import type { LookupFunction } from 'node:net'
import { builtin } from '../builtin.js'
import { clearTimeout, setTimeout } from '../clock.js'

const PATIENCE_MS = 1000
const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'

/**
 * Looks up names as connections do, but gives up in time. `getaddrinfo`, which they use otherwise, hangs for half
 * a minute where a name server is silent, cannot be cancelled, and Node does not end before it does. It is still
 * asked where it answers at once, and where name servers do not know the name. In an outage of theirs the
 * addresses that were found before are good enough.
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
  const resolver = new promises.Resolver({ timeout: PATIENCE_MS, tries: 1 })
  // With more than one name server it would ask each for so long.
  const limit = setTimeout(() => resolver.cancel(), PATIENCE_MS).unref()
  try {
    const family = familyOf(options)
    const four = family === 6 ? [] : await resolver.resolve4(host).catch(orNothing)
    if (four.length > 0) return four.map((address) => ({ address, family: 4 }))
    const six = family === 4 ? [] : await resolver.resolve6(host).catch(orNothing)
    if (six.length > 0) return six.map((address) => ({ address, family: 6 }))
  } finally {
    clearTimeout(limit)
  }
  return fromSystem()
}

function familyOf({ family }: LookupOptions): number {
  if (family === 'IPv4') return 4
  if (family === 'IPv6') return 6
  return family ?? 0
}

/** A name that is not known is one thing, silence is another. */
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
