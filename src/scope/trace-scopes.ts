import type { Scope } from './scope.js'

interface Entry {
  /** The request this trace belongs to; undefined when several requests of this process share it. */
  request: Scope | undefined
  readonly spans: Map<string, Scope>
}

const MAX_SPANS_OF_A_TRACE = 256

/**
 * Finds the scope of what arrives outside of the request it came from, such as a record out of a batch
 * processor: by its span, else by its trace where only one request of this process has that trace.
 * Bounded; the longest untouched goes first, answered requests before open ones.
 */
export class TraceScopes {
  readonly #limit: number
  readonly #entries = new Map<string, Entry>()

  constructor(limit = 2000) {
    this.#limit = limit
  }

  bind(traceId: string, spanId: string, scope: Scope): void {
    const request = scope.requestScope ?? scope
    const known = this.#entries.get(traceId)
    if (known === undefined) {
      this.#entries.set(traceId, { request, spans: new Map([[spanId, scope]]) })
      if (this.#entries.size > this.#limit) this.#makeRoom()
      return
    }
    if (known.request !== request) known.request = undefined
    known.spans.set(spanId, scope)
    if (known.spans.size > MAX_SPANS_OF_A_TRACE) deleteOldest(known.spans)
  }

  find(traceId: string, spanId?: string): Scope | undefined {
    const entry = this.#entries.get(traceId)
    if (entry === undefined) return undefined
    const exact = spanId === undefined ? undefined : entry.spans.get(spanId)
    return exact ?? entry.request
  }

  #makeRoom(): void {
    // An open request goes to the end of the line, but not so often that a bind takes long.
    for (let tries = 0; tries < 4; tries++) {
      const oldest = this.#entries.entries().next().value
      if (oldest === undefined) return
      const [traceId, entry] = oldest
      this.#entries.delete(traceId)
      if (tries === 3 || !isOpen(entry)) return
      this.#entries.set(traceId, entry)
    }
  }
}

function isOpen(entry: Entry): boolean {
  const { request } = entry
  return request !== undefined && request.requestScope !== undefined && !request.answered
}

function deleteOldest(spans: Map<string, Scope>): void {
  for (const spanId of spans.keys()) {
    spans.delete(spanId)
    return
  }
}
