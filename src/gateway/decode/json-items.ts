import type { InstrumentationScopeLike, ResourceLike } from '../../translate/otel.js'
import { DecodeError, TooMuchError } from './decode-error.js'
import type { JsonDocument, JsonRange } from './json-document.js'
import { field, type JsonObject, text, within } from './json-fields.js'
import { fieldName } from './json-names.js'
import { readRecord } from './json-record.js'
import { jsonAttributes } from './json-values.js'
import type { Group } from './proto-items.js'
import { DECODE_LIMITS, TURN, type Turn } from './shapes.js'

/** The names of the lists in an export request for logs or for traces. */
export interface JsonNames {
  readonly resources: string
  readonly scopes: string
  readonly items: string
}

export const LOG_NAMES: JsonNames = { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' }
export const SPAN_NAMES: JsonNames = { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' }

/** The path of a value in the body. It is worked out only when there is an error to report. */
export type At = () => string

const LEVELS: ReadonlySet<string> = new Set([LOG_NAMES, SPAN_NAMES].flatMap((names) => Object.values(names)))

/** Reads one item. Parts that are read later report their own path in an error. */
export type ReadJsonItem<T> = (document: JsonDocument, item: JsonRange, group: Group, at: At) => T

/** The items of an export request, one at a time, and the turns between them. */
export function* jsonItems<T>(
  document: JsonDocument,
  names: JsonNames,
  readItem: ReadJsonItem<T>,
): Generator<T | Turn> {
  const { root } = document
  const request = located(document, root, [names.resources])
  if (request[names.resources] === undefined && !isEmpty(document, root)) {
    throw new DecodeError(`The body has no "${names.resources}".`)
  }
  const counter = new Counter()
  const groupsAt = () => names.resources
  for (const [group, groupAt] of eachObject(document, request[names.resources], groupsAt)) {
    counter.group()
    yield TURN
    if (group === null) continue
    const parts = guarded(groupAt, () => located(document, group, ['resource', names.scopes]))
    const resource = guarded(groupAt, () => readResource(document, parts.resource))
    const scopesAt = () => `${groupAt()}.${names.scopes}`
    for (const [scoped, scopedAt] of eachObject(document, parts[names.scopes], scopesAt)) {
      counter.group()
      yield TURN
      if (scoped === null) continue
      const inner = guarded(scopedAt, () => located(document, scoped, ['scope', names.items]))
      const group: Group = { resource, scope: guarded(scopedAt, () => readScope(document, inner.scope)) }
      const itemsAt = () => `${scopedAt()}.${names.items}`
      for (const [item, itemAt] of eachObject(document, inner[names.items], itemsAt)) {
        counter.record()
        yield item === null ? TURN : guarded(itemAt, () => readItem(document, item, group, itemAt))
      }
    }
  }
}

class Counter {
  #records = 0
  #groups = 0

  record(): void {
    if (++this.#records > DECODE_LIMITS.records) throw new TooMuchError('The body holds too many records.')
  }

  group(): void {
    if (++this.#groups > DECODE_LIMITS.records) {
      throw new TooMuchError('The body holds too many groups of records.')
    }
  }
}

/** Finds the fields with these names. Of a field that appears twice the last counts. */
function located(
  document: JsonDocument,
  range: JsonRange,
  names: readonly string[],
): Record<string, JsonRange | undefined> {
  if (!document.isObject(range)) throw new DecodeError('An object was expected.')
  const found: Record<string, JsonRange | undefined> = {}
  for (const [given, value] of document.fields(range)) {
    const name = fieldName(given)
    if (names.includes(name)) found[name] = value
    // A known name at a wrong level would be skipped and its records lost without an error.
    else if (LEVELS.has(name)) throw new DecodeError(`"${given}" is not a field at this level.`)
  }
  return found
}

function isEmpty(document: JsonDocument, range: JsonRange): boolean {
  return document.fields(range).next().done === true
}

/** The objects and nulls of a list, and where each is. */
function* eachObject(
  document: JsonDocument,
  list: JsonRange | undefined,
  at: At,
): Generator<readonly [JsonRange | null, At]> {
  if (list === undefined || document.isNull(list)) return
  if (!document.isList(list)) throw new DecodeError('A list was expected.').within(at())
  let index = 0
  for (const item of document.items(list)) {
    const position = index++
    const itemAt = () => `${at()}[${position}]`
    if (document.isObject(item)) yield [item, itemAt]
    else if (document.isNull(item)) yield [null, itemAt]
    else throw new DecodeError('An object was expected.').within(itemAt())
  }
}

/** Adds the path to an error. */
function guarded<T>(at: At, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw within(error, at())
  }
}

const RESOURCE_FIELDS: ReadonlySet<string> = new Set(['attributes'])
const SCOPE_FIELDS: ReadonlySet<string> = new Set(['name', 'version', 'attributes'])

function readResource(document: JsonDocument, range: JsonRange | undefined): ResourceLike {
  return readPart(document, range, 'resource', RESOURCE_FIELDS, (resource) => ({
    attributes: field(resource, 'attributes', jsonAttributes).fields,
  }))
}

function readScope(document: JsonDocument, range: JsonRange | undefined): InstrumentationScopeLike {
  return readPart(document, range, 'scope', SCOPE_FIELDS, (scope) => ({
    name: field(scope, 'name', text) ?? '',
    version: field(scope, 'version', text),
    attributes: field(scope, 'attributes', jsonAttributes).fields,
  }))
}

function readPart<T>(
  document: JsonDocument,
  range: JsonRange | undefined,
  name: string,
  fields: ReadonlySet<string>,
  read: (part: JsonObject | undefined) => T,
): T {
  if (range === undefined || document.isNull(range)) return read(undefined)
  return guarded(
    () => name,
    () => {
      if (!document.isObject(range)) throw new DecodeError('An object was expected.')
      return read(readRecord(document, range, fields))
    },
  )
}
