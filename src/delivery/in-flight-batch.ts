import type { Batch } from './batch.js'
import type { EndpointQueue } from './endpoint-queue.js'

/** A batch on its way, and where it goes back to. After one of the three it is on its way no more. */
export interface InFlightBatch {
  readonly line: EndpointQueue
  readonly batch: Batch
  /** It came from the store, which keeps it for its destination. */
  readonly isStored?: true
  /** False when somebody else has seen to it meanwhile. */
  readonly isOpen: boolean
  /** It has met its end, good or bad. */
  finish(): void
  /** It waits again, whole. Gives how many entries went to make room for it. */
  putBack(where: 'first' | 'last'): number
  /** Its halves wait as batches of their own. False when it cannot be halved, then it is still on its way. */
  halve(): boolean
}
