import type { InstrumentationScopeLike, ResourceLike } from '../../translate/otel.js'
import { DecodeError, TooMuchError } from './decode-error.js'
import { type JsonObject, list, object, text } from './json-fields.js'
import { jsonAttributes } from './json-values.js'
import type { Place } from './proto-items.js'
import { DECODE_LIMITS } from './shapes.js'

/** What an export request for logs or traces calls its lists. */
export interface JsonNames {
  readonly resources: string
  readonly scopes: string
  readonly items: string
}

export const LOG_NAMES: JsonNames = { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' }
export const SPAN_NAMES: JsonNames = { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' }

/**
 * The items of an export request, one at a time.
 * @param bytes of the body, which its items share evenly
 */
export function* jsonItems<T>(
  json: unknown,
  names: JsonNames,
  bytes: number,
  readItem: (item: JsonObject, place: Place, weight: number) => T,
): Generator<T> {
  const request = object(json)
  if (request === undefined) throw new DecodeError('An object was expected.')
  if (request[names.resources] === undefined && Object.keys(request).length > 0) {
    throw new DecodeError(`There is no "${names.resources}" in it.`)
  }
  const groups = list(request[names.resources])
  const count = countItems(groups, names)
  if (count > DECODE_LIMITS.records) throw new TooMuchError('There are too many records in it.')
  for (const group of groups) {
    const resource = readResource(object(group)?.resource)
    for (const scoped of list(object(group)?.[names.scopes])) {
      const place: Place = { resource, scope: readScope(object(scoped)?.scope) }
      for (const item of list(object(scoped)?.[names.items]))
        yield readItem(object(item) ?? {}, place, bytes / count)
    }
  }
}

function countItems(groups: readonly unknown[], names: JsonNames): number {
  let count = 0
  for (const group of groups) {
    for (const scoped of list(object(group)?.[names.scopes]))
      count += list(object(scoped)?.[names.items]).length
  }
  return count
}

/** Objects and lists in one body: each costs memory though it takes two bytes. */
const MAX_STRUCTURES = 4_000_000
const SMALL_BODY = 1024 * 1024

/** @throws {DecodeError} for what is no JSON, {@link TooMuchError} for what would take too much memory */
export function parseJson(body: Buffer): unknown {
  if (body.length > SMALL_BODY && structures(body) > MAX_STRUCTURES) {
    throw new TooMuchError('There are too many objects in it.')
  }
  try {
    return JSON.parse(withExactIntegers(body.toString('utf8')))
  } catch {
    throw new DecodeError('The body is not JSON.')
  }
}

/** Integers of 64 bits are strings in OTLP/JSON, but also read as numbers, where JSON.parse would round them. */
function withExactIntegers(json: string): string {
  return json.replace(/("(?:intValue|\w{0,20}UnixNano)"\s{0,9}:\s{0,9})(-?\d{16,20})(?=[\s,}])/g, '$1"$2"')
}

function structures(body: Buffer): number {
  let count = 0
  for (let index = 0; index < body.length; index++) {
    const byte = body[index]
    if (byte === 0x7b || byte === 0x5b) count++
  }
  return count
}

function readResource(json: unknown): ResourceLike {
  return { attributes: jsonAttributes(object(json)?.attributes).fields }
}

function readScope(json: unknown): InstrumentationScopeLike {
  const scope = object(json)
  return {
    name: text(scope?.name) ?? '',
    version: text(scope?.version),
    attributes: jsonAttributes(scope?.attributes).fields,
  }
}
