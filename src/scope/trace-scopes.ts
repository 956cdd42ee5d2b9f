import { AnsweredTraces } from './answered-traces.js'
import type { Scope } from './scope.js'

interface Entry {
  /** The request this trace belongs to. Undefined when several requests of this process share the trace. */
  request: Scope | undefined
  /** Most traces have one bound span and need no map. */
  readonly firstSpan: string
  firstScope: Scope | undefined
  others: Map<string, Scope> | undefined
}

/** An answered request whose scope is kept. */
interface Answered {
  readonly traceId: string
  readonly scope: WeakRef<Scope>
  readonly bytes: number
}

const MAX_OTHER_SPANS = 256
/** Bounds the memory of all scopes of answered requests together. */
const MAX_ANSWERED_BYTES = 16 * 1024 * 1024

/**
 * Finds the scope of a record that arrives outside of its request, for example out of a batch processor: by its span,
 * else by its trace where only one request of this process has that trace. It holds at most the limit, in two
 * generations: when the young generation is full, the old one is dropped except for its open requests.
 */
export class TraceScopes {
  readonly #generation: number
  readonly #maxAnsweredBytes: number
  readonly #answered: Answered[] = []
  readonly #answeredTraces = new AnsweredTraces()
  #answeredBytes = 0
  #young = new Map<string, Entry>()
  #old = new Map<string, Entry>()
  /** Whether answered requests can be found too. They are then kept in memory. Default: false. */
  keepsAnswered = false

  constructor(limit = 2000, maxAnsweredBytes = MAX_ANSWERED_BYTES) {
    this.#generation = Math.max(1, limit >> 1)
    this.#maxAnsweredBytes = maxAnsweredBytes
  }

  bind(traceId: string, spanId: string, scope: Scope): void {
    const request = scope.requestScope ?? scope
    const known = this.#young.get(traceId) ?? this.#old.get(traceId)
    if (known === undefined) {
      if (this.#young.size >= this.#generation) this.#age()
      const isShared = this.#answeredTraces.has(traceId)
      const only = isShared ? undefined : request
      this.#young.set(traceId, { request: only, firstSpan: spanId, firstScope: scope, others: undefined })
      return
    }
    if (known.request !== request) known.request = undefined
    known.others ??= new Map()
    known.others.set(spanId, scope)
    if (known.others.size > MAX_OTHER_SPANS) deleteOldest(known.others)
  }

  /**
   * Called when the request is over. Its scope is released, unless answered requests are kept; then the newest are kept
   * within the bounds. The next request of the trace is not taken for this one.
   */
  release(traceId: string, scope: Scope): void {
    if (!this.keepsAnswered) {
      this.#releaseHeld(traceId, scope)
      return
    }
    const { bytes } = scope
    this.#answered.push({ traceId, scope: new WeakRef(scope), bytes })
    this.#answeredBytes += bytes
    while (this.#answeredBytes > this.#maxAnsweredBytes || this.#answered.length > 2 * this.#generation) {
      const oldest = this.#answered.shift()
      if (oldest === undefined) return
      this.#answeredBytes -= oldest.bytes
      const held = oldest.scope.deref()
      if (held !== undefined) this.#releaseHeld(oldest.traceId, held)
    }
  }

  #releaseHeld(traceId: string, scope: Scope): void {
    const entry = this.#young.get(traceId) ?? this.#old.get(traceId)
    if (entry === undefined) return
    if (entry.request?.requestScope === scope) entry.request = undefined
    if (entry.firstScope?.requestScope === scope) entry.firstScope = undefined
    for (const [spanId, other] of entry.others ?? []) {
      if (other.requestScope === scope) entry.others?.delete(spanId)
    }
    if (entry.firstScope === undefined && !entry.others?.size) this.#forget(traceId)
  }

  /** Of a trace whose requests are all answered and not kept, only that it had one is remembered. */
  #forget(traceId: string): void {
    this.#answeredTraces.add(traceId)
    if (!this.#young.delete(traceId)) this.#old.delete(traceId)
  }

  find(traceId: string, spanId?: string): Scope | undefined {
    const entry = this.#young.get(traceId) ?? this.#old.get(traceId)
    if (entry === undefined) return undefined
    const exact = spanId === entry.firstSpan ? entry.firstScope : spanId && entry.others?.get(spanId)
    return exact || entry.request
  }

  #age(): void {
    const fresh = new Map<string, Entry>()
    for (const [traceId, entry] of this.#old) {
      // At most half, so that there is room for new requests.
      if (fresh.size < this.#generation >> 1 && isOpen(entry)) fresh.set(traceId, entry)
      else this.#answeredTraces.add(traceId)
    }
    this.#old = this.#young
    this.#young = fresh
  }
}

function isOpen({ request }: Entry): boolean {
  return request !== undefined && request.requestScope !== undefined && !request.answered
}

function deleteOldest(spans: Map<string, Scope>): void {
  for (const spanId of spans.keys()) {
    spans.delete(spanId)
    return
  }
}
