import type { Batch } from './batch.js'

/** One POST, as it would go or has gone over the wire. */
export interface Post {
  readonly path: string
  readonly body: Uint8Array
  readonly count: number
  /** A ping is known by its address alone. */
  readonly withoutKey?: true
  /** The batch that it carries, if it carries one. */
  readonly batch?: Batch
}
