import type { IncomingMessage } from 'node:http'
import type { Store } from '../data/store.js'
import { type Reply, refusal } from '../http/reply.js'
import { linesOf } from '../keep/line.js'
import { takeLines } from '../keep/take-lines.js'

const MAX_IMPORT_BYTES = 512 * 1024 * 1024

/** `GET /inbox/api/export`: everything in the store, as NDJSON. */
export function exportLines(store: Store, now: number): Reply {
  const name = `lognitor-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}.ndjson`
  const headers = {
    'content-type': 'application/x-ndjson; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
  }
  return { status: 200, pieces: linesOf(store, now), headers }
}

/** `POST /inbox/api/import`: adds the lines of an export. */
export async function importLines(store: Store, request: IncomingMessage): Promise<Reply> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_IMPORT_BYTES) {
    request.resume()
    return refusal(413, `An import has at most ${MAX_IMPORT_BYTES} bytes.`)
  }
  const answer = await takeLines(store, bounded(request))
  store.tellImported()
  return { status: 200, json: answer }
}

/** Stops reading at the bound. The answer then says how many lines were read. */
async function* bounded(request: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > MAX_IMPORT_BYTES) return
    yield piece
  }
}
