import type { LimitFigures } from '../delivery/endpoint-limits.js'
import type { Outcome } from '../delivery/http/outcome.js'

/** A destination, with what delivery has learnt of it. */
export interface ExitDestination {
  /** The API's address, `http:` or `https:`. */
  readonly apiUrl: string
  readonly apiKey: string
  /** Only the user's own transport leads there, and that needs a running event loop. */
  readonly needsEventLoop: boolean
  readonly userAgent: string
  /** The proxy's address; '' for none. */
  readonly proxy: string
  /** The last attempt failed: one request is sent first, and the next one only after an answer to that. */
  readonly isDoubtful: boolean
  /** Remaining wait in ms that the service asked for, or that a refused key needs: nothing is sent before. */
  readonly heldMs: number
  /** The learnt limits by endpoint. */
  readonly limits: Readonly<Record<string, LimitFigures>>
}

/** A request that is still to be delivered. */
export interface ExitRequest {
  readonly destination: ExitDestination
  readonly path: string
  readonly withKey: boolean
  /** For an API call the body; for a batch its entries, separated by commas. */
  readonly content: Uint8Array
  /** Absent for an API call. */
  readonly batch?: ExitBatch
}

export interface ExitBatch {
  readonly id: string
  /** End offset of each entry in the content. */
  readonly ends: readonly number[]
  /** The batch was sent under this id before, so it must stay whole unless the service refuses its size. */
  readonly wasSent: boolean
}

/** Some of a request's entries, oldest first, and their outcome. A request that was not halved is one piece. */
export interface Piece {
  readonly entries: number
  /** The batch id that the piece was sent with; '' for an API call. */
  readonly id: string
  /** Undefined if there was no answer in time. */
  readonly outcome?: Outcome
}
