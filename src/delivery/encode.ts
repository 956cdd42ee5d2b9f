import { Buffer } from 'node:buffer'

/** The endpoints that take many entries at once, in the order in which a store numbers them. */
export const BATCH_PATHS = ['/ingest', '/ingest/requests'] as const
export type BatchPath = (typeof BATCH_PATHS)[number]

/** What follows the entries. */
export const TAIL = ']}'

/** What precedes the entries. Request entries have no batch id on the wire. */
export function headOf(path: BatchPath, id: string): string {
  return path === '/ingest' ? `{"batch_id":${JSON.stringify(id)},"logs":[` : '{"requests":['
}

/**
 * The body of a POST.
 * @param content the entries as JSON, a comma between them
 */
export function encodeBatch(path: BatchPath, id: string, content: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from(headOf(path, id)), ...content, Buffer.from(TAIL)])
}
