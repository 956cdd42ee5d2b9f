import type { Batch } from './batch.js'
import type { EndpointQueue } from './endpoint-queue.js'

/** A batch in flight, and the three ways in which its flight ends. */
export interface InFlightBatch {
  readonly queue: EndpointQueue
  readonly batch: Batch
  /** The batch came from the store, which keeps it for its destination. */
  readonly isStored?: true
  /** False once the exit sender or a close has taken the batch over. */
  readonly isOpen: boolean
  /** The batch is delivered or dropped. */
  finish(): void
  /** Puts the whole batch back into its queue. @returns how many entries were dropped to make room for it */
  putBack(where: 'first' | 'last'): number
  /**
   * Puts both halves back as batches of their own. False when the batch cannot be halved; then it is still in flight.
   */
  halve(): boolean
}
