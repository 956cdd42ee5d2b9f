import { KNOWN_BATCH_REQUESTS, MAX_BATCH_BYTES, MAX_BATCH_LOGS, MAX_BATCH_REQUESTS } from '../wire/limits.js'
import type { BatchPath } from './encode.js'

/** The figures alone, for another thread. */
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
/** By so much the bytes grow with each success. */
const GROWTH_BYTES = 16 * 1024

/** How much one endpoint takes in one POST, as far as its answers have shown. */
export class EndpointLimits {
  /** Most entries in the next batch, and most bytes of them. */
  entries: number
  bytes: number
  /** The batches never grow beyond that again. */
  mostEntries: number
  /** So many entries the service is known to take. */
  readonly knownEntries: number

  constructor(path: BatchPath, figures?: LimitFigures) {
    this.knownEntries = KNOWN[path]
    this.mostEntries = figures?.mostEntries ?? MOST[path]
    this.entries = figures?.entries ?? this.mostEntries
    this.bytes = figures?.bytes ?? MAX_BATCH_BYTES
  }

  /** Whether a new batch of that size should be divided before it is sent. */
  isExceededBy({ count, bytes }: { readonly count: number; readonly bytes: number }): boolean {
    return count > 1 && (count > this.entries || bytes > this.bytes)
  }

  /** So many entries and bytes, which can be halved, were too much. */
  tooLarge(count: number, bytes: number): void {
    this.entries = Math.min(this.entries, Math.max(1, count >> 1))
    // More than half: halves by count are not halves by bytes.
    this.bytes = Math.min(this.bytes, Math.ceil((bytes * 5) / 8))
  }

  /** From here on no more entries at once than the service is known to take. */
  limitToKnown(): void {
    this.mostEntries = Math.min(this.mostEntries, this.knownEntries)
    this.entries = Math.min(this.entries, this.mostEntries)
  }

  /** After a success: batches may slowly grow to what they were. */
  taken(): void {
    if (this.entries < this.mostEntries) this.entries++
    this.bytes = Math.min(this.bytes + GROWTH_BYTES, MAX_BATCH_BYTES)
  }
}

/** By endpoint. */
export type ServiceLimits = Readonly<Record<BatchPath, EndpointLimits>>

export function serviceLimits(): ServiceLimits {
  return {
    '/ingest': new EndpointLimits('/ingest'),
    '/ingest/requests': new EndpointLimits('/ingest/requests'),
  }
}
