import type { Clock } from './clock.js'
import type { Batcher } from './delivery/batcher.js'
import type { Courier } from './delivery/courier.js'
import { countElsewhere, entriesOf } from './delivery/elsewhere.js'
import type { Post } from './delivery/post.js'
import { proxyFor } from './delivery/proxy.js'
import type { Ledger } from './ledger.js'
import type { Settings } from './options.js'
import type { Destination, Guest, WriteCrash } from './process/guest.js'
import type { Tell } from './tell.js'
import { USER_AGENT } from './version.js'

export interface GuestParts {
  readonly settings: () => Settings
  readonly batcher: Batcher
  readonly courier: Courier
  readonly ledger: Ledger
  readonly clock: Clock
  readonly tell: Tell
  readonly letGo: () => void
  readonly flush: (timeoutMs: number) => Promise<boolean>
  readonly capture: (thrown: unknown) => WriteCrash
  /** So many logs or entries were lost with the end of the process. */
  readonly onLost: (count: number) => void
}

/** A pipeline as the end of the process sees it. */
export function createGuest(parts: GuestParts): Guest {
  const { settings, batcher, courier, ledger, clock, tell, letGo, flush, capture } = parts

  function destination(): Destination | undefined {
    const { transport, apiUrl, proxy, apiKey = '' } = settings()
    if (transport !== undefined) return undefined
    return {
      url: apiUrl,
      proxy: proxyFor(new URL(apiUrl), proxy),
      headers: { 'content-type': 'application/json', 'user-agent': USER_AGENT, 'x-api-key': apiKey },
      isDoubtful: batcher.holding !== undefined,
      heldMs: batcher.heldMs,
    }
  }

  function lose(count: number): void {
    if (count > 0) {
      tell.warn(`${count} logs or entries could not be delivered before the end`)
      parts.onLost(count)
    }
    ledger.drop('exit', count)
  }

  return {
    get patienceMs() {
      return settings().flushOnExit || 0
    },
    get capturesCrashes() {
      return settings().captureUncaught
    },
    get undeliveredCount() {
      return batcher.queued + batcher.inFlight + courier.waiting
    },
    get destination() {
      return destination()
    },
    get hasCallers() {
      return courier.hasCallers
    },
    lastCall: () => courier.lastCall(),
    letGo,
    flush,
    undelivered: () => [...batcher.undelivered(), ...courier.undelivered()],
    conclude(posts, answers) {
      const left = countElsewhere(posts as readonly Post[], answers, ledger, clock.now())
      const pings = left.filter(({ withoutKey }) => withoutKey)
      ledger.drop('stale_ping', pings.length)
      const lost = batcher.abandon(left.filter((post) => !pings.includes(post)))
      courier.abandon()
      lose(lost.reduce((count, post) => count + entriesOf(post), 0))
    },
    capture,
    lose,
    publish: (watcher) => batcher.publish(watcher),
  }
}
