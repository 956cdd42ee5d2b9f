import type { IncomingMessage } from 'node:http'
import type { Log } from '../../wire/log.js'
import type { ClientCall } from '../data/clients.js'
import { occurrences } from '../data/error-groups.js'
import type { JsonBody } from '../http/body.js'
import type { Reply } from '../http/reply.js'
import { isObject } from '../schema/check.js'

/** What a call says about its client, from a body that has not been checked. */
export function clientCall(
  request: IncomingMessage,
  body: JsonBody | Reply,
  reply: Reply | undefined,
  now: number,
): ClientCall {
  const value = 'status' in body || !isObject(body.value) ? {} : body.value
  const entries = listOf(value.logs).concat(listOf(value.requests)).filter(isObject)
  const first = entries[0] ?? {}
  const sdk = isObject(first._sdk) ? first._sdk : undefined
  const answer = isObject(reply?.json) ? reply.json : {}
  return {
    service: text(first.service) ?? '',
    userAgent: request.headers['user-agent'] ?? '',
    hostname: text(first.hostname),
    sdk: sdk && `${text(sdk.name) ?? ''} ${text(sdk.version) ?? ''}`.trim(),
    version: text(first.version),
    batchId: text(value.batch_id),
    entries: entries.length,
    bytes: 'status' in body ? 0 : body.byteLength,
    status: reply?.status ?? 0,
    rejected: typeof answer.rejected === 'number' ? answer.rejected : 0,
    heldBack: entries.reduce((sum, entry) => sum + heldBackIn(entry), 0),
    waitedMs: waitedMs(text(first.timestamp), now),
  }
}

function heldBackIn(entry: Record<string, unknown>): number {
  return isObject(entry.metadata) ? occurrences(entry as unknown as Log) - 1 : 0
}

/** Undefined for an invalid time, or one in the future. */
function waitedMs(timestamp: string | undefined, now: number): number | undefined {
  const waited = timestamp === undefined ? Number.NaN : now - Date.parse(timestamp)
  return waited >= 0 ? waited : undefined
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
