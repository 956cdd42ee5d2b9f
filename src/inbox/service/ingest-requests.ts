import type { RequestEntry } from '../../wire/request-entry.js'
import type { Store } from '../data/store.js'
import type { JsonBody } from '../http/body.js'
import { type Reply, refusal } from '../http/reply.js'
import { isObject } from '../schema/check.js'
import { checkRequestEntry } from '../schema/request-entry.js'
import { checkItems, rejectAll } from './check-items.js'

/** A bound of our own; the service documents none. */
const MAX_ENTRIES = 1000

/** `POST /ingest/requests`: stores the valid entries. An entry that came before is accepted and not counted again. */
export function ingestRequests(store: Store, body: JsonBody): Reply {
  if (!isObject(body.value) || !Array.isArray(body.value.requests)) {
    return refusal(400, 'The body must be an object with the list "requests".')
  }
  const { requests } = body.value
  const result =
    requests.length > MAX_ENTRIES
      ? rejectAll(requests.length, MAX_ENTRIES, 'requests', `At most ${MAX_ENTRIES} entries at a time.`)
      : checkItems(requests, checkRequestEntry)
  store.totals.rejectedRequests += result.answer.rejected
  const textBytes = Math.ceil(body.byteLength / requests.length)
  for (const { item, bytes } of result.taken) {
    store.addRequest(withoutNulls(item as RequestEntry), textBytes + bytes)
  }
  return { status: result.status, json: result.answer }
}

/** The official middleware writes null for unknown values. */
function withoutNulls(entry: RequestEntry): RequestEntry {
  if (!Object.values(entry).includes(null)) return entry
  return Object.fromEntries(
    Object.entries(entry).filter(([, value]) => value !== null),
  ) as unknown as RequestEntry
}
