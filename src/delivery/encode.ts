import { Buffer } from 'node:buffer'

/** The endpoints that take batches. The store refers to them by index in this list. */
export const BATCH_PATHS = ['/ingest', '/ingest/requests'] as const
export type BatchPath = (typeof BATCH_PATHS)[number]

/** The end of a body, after the entries. */
export const TAIL = ']}'

/** The start of a body, before the entries. Request entries have no batch id on the wire. */
export function headOf(path: BatchPath, id: string): string {
  return path === '/ingest' ? `{"batch_id":${JSON.stringify(id)},"logs":[` : '{"requests":['
}

/**
 * The body of a POST.
 * @param content the entries as JSON, separated by commas
 */
export function encodeBatch(path: BatchPath, id: string, content: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from(headOf(path, id)), ...content, Buffer.from(TAIL)])
}
