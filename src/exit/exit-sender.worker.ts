// The thread that sends at the end of the process. The build bundles this file and its imports into one text, which
// starts in the same way from the sources, a bundle, a single executable and a deleted working directory.
import { systemClock } from '../common/clock.js'
import { type BatchPath, encodeBatch } from '../delivery/encode.js'
import { EndpointLimits } from '../delivery/endpoint-limits.js'
import { type Fate, fateOf } from '../delivery/fate.js'
import { httpTransport } from '../delivery/http/http.js'
import { type Posted, post } from '../delivery/http/post.js'
import { halfId } from '../delivery/store/half-id.js'
import type { ExitDestination, ExitRequest, Piece } from './exit-request.js'
import type { ExitAnswer, ExitSenderData } from './exit-sender.js'
import { applyNetworkSettings } from './network-settings.js'
import { nodeThreads } from './threads/node-threads.js'

const { requests, port, done, timeoutMs, network } = nodeThreads().workerData as ExitSenderData

const CONNECTIONS = 8
/** Pauses in ms before the second and the third attempt. */
const PAUSES_MS = [100, 300]
/** Parts in a row without any answer, after which the service counts as down. A single one may be at fault itself. */
const MOST_UNANSWERED = 3

const deadline = performance.now() + timeoutMs
const leftMs = () => deadline - performance.now()
// The connections do not keep the thread alive.
const keepAlive = setInterval(() => {}, 60_000)

/** Some of a request's entries, sent as one POST. */
interface Part {
  readonly request: number
  readonly id: string
  /** Entry numbers; `to` is not included. Both are 0 for an API call. */
  readonly from: number
  readonly to: number
  readonly wasSent: boolean
  posted?: Posted
}

/** The parts of each request, in the order of its entries. */
const parts = requests.map((request, n): Part[] => [
  {
    request: n,
    id: request.batch?.id ?? '',
    from: 0,
    to: request.batch?.ends.length ?? 0,
    wasSent: request.batch?.wasSent ?? true,
  },
])

applyNetworkSettings(network)
const destinations = new Set(requests.map(({ destination }) => destination))
void Promise.allSettled([...destinations].map(deliver)).then(() => {
  clearInterval(keepAlive)
  Atomics.store(done, 0, 1)
  Atomics.notify(done, 0)
  process.exit(0)
})

async function deliver(destination: ExitDestination): Promise<void> {
  const { apiUrl, proxy } = destination
  const transport = httpTransport({
    apiUrl,
    proxy: proxy || false,
    compression: 'none',
    connections: CONNECTIONS,
  })
  const waiting = parts.flat().filter(({ request }) => requests[request]?.destination === destination)
  const limits = new Map<string, EndpointLimits>()
  let heldUntil = performance.now() + destination.heldMs
  let isOver = false
  let unanswered = 0

  // One goes first. A service that answers may have failed that one alone, and is asked with the next one then.
  while (destination.isDoubtful && waiting.length > 0 && !isOver) if (await sendNext()) break
  await Promise.all(Array.from({ length: CONNECTIONS }, sendAll))

  async function sendAll(): Promise<void> {
    while (waiting.length > 0 && !isOver) await sendNext()
  }

  /** Sends the next part. Resolves to whether the service works. */
  async function sendNext(): Promise<boolean> {
    const part = waiting.shift()
    if (part === undefined) return true
    const { path } = requests[part.request] as ExitRequest
    const its = limitsOf(path)
    if (!part.wasSent && its.isExceededBy({ count: part.to - part.from, bytes: bytesOf(part) })) {
      waiting.unshift(...halve(part))
      return sendNext()
    }
    const fate = await send(part, its)
    if (fate?.kind === 'halve') {
      if (fate.reason === 'too_many') its.limitToKnown()
      else its.tooLarge(part.to - part.from, bytesOf(part))
      waiting.unshift(...halve(part))
    } else if (fate !== undefined) {
      report(part.request)
    }
    return fate !== undefined && fate.kind !== 'retry'
  }

  /**
   * Sends a part, with retries for failures that may pass within the remaining time. Undefined if there was no time at
   * all.
   */
  async function send(part: Part, { knownEntries }: EndpointLimits): Promise<Fate | undefined> {
    const { path, withKey } = requests[part.request] as ExitRequest
    const { apiKey, userAgent } = destination
    let fate: Fate | undefined
    for (let attempts = 1; ; attempts++) {
      const heldMs = heldUntil - performance.now()
      if (heldMs > 0) await sleep(heldMs)
      if (leftMs() <= 0 || isOver) return fate
      part.posted = await post(transport, systemClock, {
        path,
        body: bodyOf(part),
        apiKey: withKey ? apiKey : undefined,
        userAgent,
        timeoutMs: leftMs(),
      })
      const entries = Math.max(1, part.to - part.from)
      fate = fateOf(
        part.posted.outcome,
        { entries, attempts },
        { knownEntries, maxRetries: PAUSES_MS.length },
      )
      const { status } = part.posted
      if (status !== undefined) unanswered = 0
      if (fate.kind !== 'retry') return fate
      const { reason, waitMs } = fate.hold
      const isRefused = reason === 'unauthorized' || reason === 'wrong_address'
      const hasNoConnection = reason === 'backoff' && !fate.mayBeTaken
      const pauseMs = Math.max(waitMs ?? 0, PAUSES_MS[attempts - 1] ?? 0)
      if (reason === 'retry_after') heldUntil = performance.now() + pauseMs
      if (fate.retriesExhausted || isRefused || hasNoConnection || pauseMs > leftMs()) {
        if (status === undefined) unanswered++
        const isDown = hasNoConnection || unanswered >= MOST_UNANSWERED || isUnavailable(status)
        isOver ||= reason !== 'backoff' || isDown
        return fate
      }
      await sleep(pauseMs)
    }
  }

  function limitsOf(path: string): EndpointLimits {
    const known = limits.get(path) ?? new EndpointLimits(path as BatchPath, destination.limits[path])
    limits.set(path, known)
    return known
  }
}

/**
 * Whether a status says that the service as a whole does not work: 502 to 504 (RFC 9110, section 15.6). With another one
 * it may have a problem with one request alone.
 */
function isUnavailable(status: number | undefined): boolean {
  return status !== undefined && status >= 502 && status <= 504
}

function bytesOf(part: Part): number {
  return contentOf(part).byteLength
}

function contentOf({ request, from, to }: Part): Uint8Array {
  const { content, batch } = requests[request] as ExitRequest
  if (batch === undefined) return content
  // A comma precedes every entry but the first.
  const start = from === 0 ? 0 : (batch.ends[from - 1] as number) + 1
  return content.subarray(start, batch.ends[to - 1])
}

function bodyOf(part: Part): Uint8Array {
  const { path, batch } = requests[part.request] as ExitRequest
  return batch === undefined ? contentOf(part) : encodeBatch(path as BatchPath, part.id, [contentOf(part)])
}

function halve(part: Part): [Part, Part] {
  const middle = part.from + Math.ceil((part.to - part.from) / 2)
  const half = (n: number, from: number, to: number): Part => {
    return { request: part.request, id: halfId(part.id, n), from, to, wasSent: false }
  }
  const both: [Part, Part] = [half(0, part.from, middle), half(1, middle, part.to)]
  const siblings = parts[part.request] as Part[]
  siblings.splice(siblings.indexOf(part), 1, ...both)
  report(part.request)
  return both
}

/** Reports the pieces of a request after each answer: the main thread reads them when the time is up, too. */
function report(request: number): void {
  const pieces = (parts[request] as Part[]).map(({ from, to, id, posted }): Piece => {
    const piece = { entries: Math.max(1, to - from), id }
    return posted === undefined ? piece : { ...piece, outcome: posted.outcome }
  })
  port.postMessage({ request, pieces } satisfies ExitAnswer)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
