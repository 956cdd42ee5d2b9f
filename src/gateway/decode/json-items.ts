import type { InstrumentationScopeLike, ResourceLike } from '../../translate/otel.js'
import { DecodeError, TooMuchError } from './decode-error.js'
import { eachObject, field, type JsonObject, list, object, text, within } from './json-fields.js'
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
  const { scopes, count } = readScopes(json, names)
  for (const { place, items, at } of scopes) {
    let index = 0
    try {
      for (const item of items) {
        yield readItem(object(item) ?? {}, place, bytes / count)
        index++
      }
    } catch (error) {
      throw within(error, `${at}.${names.items}[${index}]`)
    }
  }
}

interface Scope {
  readonly place: Place
  readonly items: readonly unknown[]
  /** Where it is in the body. */
  readonly at: string
}

/** The scopes that hold any items, and how many these are together. */
function readScopes(json: unknown, names: JsonNames): { scopes: readonly Scope[]; count: number } {
  const request = object(json)
  if (request === undefined) throw new DecodeError('An object was expected.')
  if (request[names.resources] === undefined && Object.keys(request).length > 0) {
    throw new DecodeError(`There is no "${names.resources}" in it.`)
  }
  const scopes: Scope[] = []
  let count = 0
  eachObject(request, names.resources, (group, groupIndex) => {
    const resource = field(group, 'resource', readResource)
    eachObject(group, names.scopes, (scoped, index) => {
      const items = field(scoped, names.items, list)
      count += items.length
      if (count > DECODE_LIMITS.records) throw new TooMuchError('There are too many records in it.')
      const place: Place = { resource, scope: field(scoped, 'scope', readScope) }
      const at = `${names.resources}[${groupIndex}].${names.scopes}[${index}]`
      if (items.length > 0) scopes.push({ place, items, at })
    })
  })
  return { scopes, count }
}

/** @throws {DecodeError} for what is no JSON */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(withExactIntegers(body.toString('utf8')))
  } catch {
    throw new DecodeError('The body is not JSON.')
  }
}

/** Objects and lists in one body: each costs memory though it takes two bytes. */
const MAX_STRUCTURES = 4_000_000
/** An empty object of V8. */
const STRUCTURE_BYTES = 56
/** Parsed, telemetry takes no more than this many times its length. */
const USUAL_RATIO = 4
const NO_MATTER_BYTES = 64 * 1024

/**
 * Bytes that a body takes when it is parsed, beyond those of telemetry: twenty times its length if it is all braces.
 * @throws {TooMuchError} for what would take too much memory even if it were alone
 */
export function jsonExcess(body: Buffer): number {
  if (body.length < NO_MATTER_BYTES) return 0
  const count = structures(body)
  if (count > MAX_STRUCTURES) throw new TooMuchError('There are too many objects in it.')
  return Math.max(0, count * STRUCTURE_BYTES - body.length * USUAL_RATIO)
}

/** Counts no further than to what is too many. */
function structures(body: Buffer): number {
  let count = 0
  for (const open of [0x7b, 0x5b]) {
    let at = body.indexOf(open)
    while (at >= 0 && count <= MAX_STRUCTURES) {
      count++
      at = body.indexOf(open, at + 1)
    }
  }
  return count
}

/** Integers of 64 bits are strings in OTLP/JSON, but also read as numbers, where JSON.parse would round them. */
function withExactIntegers(json: string): string {
  return json.replace(/("(?:intValue|\w{0,20}UnixNano)"\s{0,9}:\s{0,9})(-?\d{16,20})(?=[\s,}])/g, '$1"$2"')
}

function readResource(json: unknown): ResourceLike {
  return { attributes: field(object(json), 'attributes', jsonAttributes).fields }
}

function readScope(json: unknown): InstrumentationScopeLike {
  const scope = object(json)
  return {
    name: field(scope, 'name', text) ?? '',
    version: field(scope, 'version', text),
    attributes: field(scope, 'attributes', jsonAttributes).fields,
  }
}
