import { KNOWN_BATCH_REQUESTS, MAX_BATCH_BYTES, MAX_BATCH_LOGS, MAX_BATCH_REQUESTS } from '../wire/limits.js'
import type { BatchPath } from './encode.js'

/** The values alone, to be passed to another thread. */
export interface LimitFigures {
  readonly entries: number
  readonly bytes: number
  readonly mostEntries: number
}

const MOST: Readonly<Record<BatchPath, number>> = {
  '/ingest': MAX_BATCH_LOGS,
  '/ingest/requests': MAX_BATCH_REQUESTS,
}
const KNOWN: Readonly<Record<BatchPath, number>> = {
  '/ingest': MAX_BATCH_LOGS,
  '/ingest/requests': KNOWN_BATCH_REQUESTS,
}
/** Bytes by which the limit grows after each success. */
const GROWTH_BYTES = 16 * 1024

/** How much one endpoint accepts in one POST, as learnt from its answers. */
export class EndpointLimits {
  /** Most entries, and most bytes, of the next batch. */
  entries: number
  bytes: number
  /** Upper bound for `entries`; never raised again. */
  mostEntries: number
  /** Number of entries that the service is known to accept. */
  readonly knownEntries: number

  constructor(path: BatchPath, figures?: LimitFigures) {
    this.knownEntries = KNOWN[path]
    this.mostEntries = figures?.mostEntries ?? MOST[path]
    this.entries = figures?.entries ?? this.mostEntries
    this.bytes = figures?.bytes ?? MAX_BATCH_BYTES
  }

  /** Whether a new batch of this size should be divided before it is sent. */
  isExceededBy({ count, bytes }: { readonly count: number; readonly bytes: number }): boolean {
    return count > 1 && (count > this.entries || bytes > this.bytes)
  }

  /** The service refused a batch of this size, which can be halved, as too large. */
  tooLarge(count: number, bytes: number): void {
    this.entries = Math.min(this.entries, Math.max(1, count >> 1))
    // 5/8 and not half: half of the entries may be more than half of the bytes.
    this.bytes = Math.min(this.bytes, Math.ceil((bytes * 5) / 8))
  }

  /** From here on batches never exceed what the service is known to accept. */
  limitToKnown(): void {
    this.mostEntries = Math.min(this.mostEntries, this.knownEntries)
    this.entries = Math.min(this.entries, this.mostEntries)
  }

  /** After a success the limits grow slowly towards their maximum. */
  taken(): void {
    if (this.entries < this.mostEntries) this.entries++
    this.bytes = Math.min(this.bytes + GROWTH_BYTES, MAX_BATCH_BYTES)
  }
}

/** The limits by endpoint. */
export type ServiceLimits = Readonly<Record<BatchPath, EndpointLimits>>

export function serviceLimits(): ServiceLimits {
  return {
    '/ingest': new EndpointLimits('/ingest'),
    '/ingest/requests': new EndpointLimits('/ingest/requests'),
  }
}
