import type { Log } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import type { Transport, TransportAnswer, TransportRequest } from '../wire/transport.js'

/**
 * Collects logs for tests instead of sending them: `init({ transport: new MemoryTransport() })` needs no key, no
 * network and no inbox. The logs have passed the whole pipeline: await `flush()` before reading them.
 */
export class MemoryTransport implements Transport {
  /** Logs as on the wire, oldest first. */
  readonly logs: Log[] = []
  /** Request entries, oldest first. */
  readonly requests: RequestEntry[] = []
  /** Other calls: pings, feedback, releases. */
  readonly others: { readonly path: string; readonly body: unknown }[] = []

  async send({ path, body }: TransportRequest): Promise<TransportAnswer> {
    const content: unknown = JSON.parse(new TextDecoder().decode(body))
    if (path === '/ingest') return this.#take((content as { logs: Log[] }).logs, this.logs)
    if (path === '/ingest/requests') {
      return this.#take((content as { requests: RequestEntry[] }).requests, this.requests)
    }
    this.others.push({ path, body: content })
    return answer({ release_id: `release-${this.others.length}` })
  }

  /** Forgets everything collected. */
  clear(): void {
    for (const list of [this.logs, this.requests, this.others]) list.length = 0
  }

  #take<T>(entries: readonly T[], into: T[]): TransportAnswer {
    into.push(...entries)
    return answer({ accepted: entries.length, rejected: 0, errors: [] })
  }
}

function answer(body: object): TransportAnswer {
  return { status: 200, headers: {}, body: JSON.stringify(body) }
}
