import { Buffer } from 'node:buffer'

/** Entries that travel in one post, and the caller's record behind each. */
export interface Parcel {
  /** Says which it is among those of one caller: the same on a repeat. */
  readonly name: string
  readonly path: '/ingest' | '/ingest/requests'
  readonly entries: readonly string[]
  readonly sources: readonly number[]
}

/** The body of the post. */
export function parcelBody({ path, entries }: Parcel, batchId: string): Buffer {
  const list = entries.join(',')
  return Buffer.from(
    path === '/ingest' ? `{"batch_id":"${batchId}","logs":[${list}]}` : `{"requests":[${list}]}`,
  )
}

/** What the service found too large, as two. */
export function halves({ name, path, entries, sources }: Parcel): [Parcel, Parcel] {
  const middle = Math.ceil(entries.length / 2)
  return [
    { name: `${name}.0`, path, entries: entries.slice(0, middle), sources: sources.slice(0, middle) },
    { name: `${name}.1`, path, entries: entries.slice(middle), sources: sources.slice(middle) },
  ]
}
