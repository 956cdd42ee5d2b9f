import type { LimitFigures } from '../delivery/endpoint-limits.js'
import type { Outcome } from '../delivery/http/outcome.js'

/** Where requests go, and what delivery has learnt of it. */
export interface ExitDestination {
  /** The API's address, `http:` or `https:`. */
  readonly apiUrl: string
  readonly apiKey: string
  /** Only the user's own transport leads there, and that needs a running event loop. */
  readonly needsEventLoop: boolean
  readonly userAgent: string
  /** The proxy's address; '' for none. */
  readonly proxy: string
  /** The last attempt failed: one request goes first, and the next one only after an answer to that. */
  readonly isDoubtful: boolean
  /** For so many ms the service has asked to be left alone, or refuses the key: nothing is sent before that. */
  readonly heldMs: number
  /** By endpoint. */
  readonly limits: Readonly<Record<string, LimitFigures>>
}

/** One request that is still to be delivered. */
export interface ExitRequest {
  readonly destination: ExitDestination
  readonly path: string
  readonly withKey: boolean
  /** The body of an API call; of a batch, its entries with a comma between them. */
  readonly content: Uint8Array
  /** Absent for an API call. */
  readonly batch?: ExitBatch
}

export interface ExitBatch {
  readonly id: string
  /** Where each entry ends in the content. */
  readonly ends: readonly number[]
  /** It has been sent under this id, so that it must stay whole for as long as the service does not refuse its size. */
  readonly wasSent: boolean
}

/** Part of a request's entries, oldest first, and what became of them. A request that was not halved is one piece. */
export interface Piece {
  readonly entries: number
  /** The batch id under which they went; '' for an API call. */
  readonly id: string
  /** Undefined when there was no answer in time. */
  readonly outcome?: Outcome
}
