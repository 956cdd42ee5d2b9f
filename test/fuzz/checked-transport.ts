import { isUtf8 } from 'node:buffer'
import { checkFeedback, checkRelease } from '../../src/inbox/schema/companion.js'
import { footprint } from '../../src/inbox/schema/footprint.js'
import { checkLog } from '../../src/inbox/schema/log.js'
import { checkRequestEntry } from '../../src/inbox/schema/request-entry.js'
import type { Stats } from '../../src/pipeline/pipeline.js'
import type { Transport, TransportAnswer, TransportRequest } from '../../src/wire/transport.js'

const MOST_LOG_BYTES = 256 * 1024
const MOST_FAULTS = 20

/** Accepts everything and checks it like the inbox, and more strictly. Problems are listed in `faults`. */
export class CheckedTransport implements Transport {
  /** Logs accepted since the last `clear`. */
  logs = 0
  requests = 0
  others = 0
  readonly faults: string[] = []
  /** The texts of the bodies, for tests that search them; collected only on request. */
  readonly bodies: string[] = []
  readonly #keepsBodies: boolean

  constructor({ keepsBodies = false } = {}) {
    this.#keepsBodies = keepsBodies
  }

  async send({ path, body }: TransportRequest): Promise<TransportAnswer> {
    if (!isUtf8(body)) this.#blame(path, 'is not UTF-8')
    const text = Buffer.from(body).toString()
    if (this.#keepsBodies) this.bodies.push(text)
    const answer = this.#take(path, parse(text))
    return { status: 200, headers: {}, body: JSON.stringify(answer) }
  }

  clear(): void {
    this.logs = 0
    this.requests = 0
    this.others = 0
    this.faults.length = 0
    this.bodies.length = 0
  }

  #take(path: string, content: unknown): object {
    if (!isWellFormed(content)) this.#blame(path, 'holds half a surrogate pair')
    if (path === '/ingest') {
      const { logs } = content as { logs: unknown[] }
      for (const log of logs) this.#checkLog(log)
      this.logs += logs.length
      return { accepted: logs.length, rejected: 0, errors: [] }
    }
    if (path === '/ingest/requests') {
      const { requests } = content as { requests: unknown[] }
      for (const entry of requests) this.#check(path, checkRequestEntry(entry), entry)
      this.requests += requests.length
      return { accepted: requests.length, rejected: 0, errors: [] }
    }
    this.others++
    if (path === '/feedback') this.#check(path, checkFeedback(content), content)
    if (path === '/releases/register') this.#check(path, checkRelease(content), content)
    if (path.startsWith('/heartbeat/') && !/^\/heartbeat\/[\w.~-]{1,256}$/.test(path))
      this.#blame(path, 'is no ping')
    return { release_id: 'r' }
  }

  #checkLog(log: unknown): void {
    this.#check('a log', checkLog(log), log)
    if (!Number.isFinite(footprint(log))) this.#blame('a log', 'is nested too deeply')
    const bytes = Buffer.byteLength(JSON.stringify(log))
    if (bytes > MOST_LOG_BYTES) this.#blame('a log', `has ${bytes} bytes`)
    const { message } = log as { message?: unknown }
    const id = (log as { metadata?: Record<string, unknown> }).metadata?.['log.record.uid']
    if (typeof message !== 'string') this.#blame('a log', 'has no message')
    if (typeof id !== 'string' || id === '') this.#blame('a log', 'has no id')
  }

  #check(what: string, problem: { field: string; message: string } | undefined, value: unknown): void {
    if (problem === undefined) return
    this.#blame(what, `${problem.field} ${problem.message}: ${JSON.stringify(value).slice(0, 500)}`)
  }

  #blame(what: string, why: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(`${what}: ${why}`)
  }
}

/** The number of logs that were written but are not delivered, waiting or counted as dropped. It must be 0. */
export function unaccounted(stats: Stats): number {
  const { written, requestsWritten, accepted, requestsAccepted, queued, inFlight, dropped } = stats
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0)
  return written + requestsWritten - accepted - requestsAccepted - queued - inFlight - lost
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

interface UnicodeString {
  isWellFormed(): boolean
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return (value as unknown as UnicodeString).isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, item]) => isWellFormed(key) && isWellFormed(item))
}
