import type { AttributesLike } from '../../translate/otel.js'
import { setField } from '../../translate/property.js'
import type { Fields } from '../../wire/log.js'
import { DecodeError } from './decode-error.js'
import { double, exactInteger, list, object, text } from './json-fields.js'
import { DECODE_LIMITS } from './shapes.js'

/** An AnyValue: a string, boolean, number, bigint, byte array, list, map, or null. */
export function jsonAnyValue(json: unknown, depth = 0): unknown {
  if (depth > DECODE_LIMITS.depth) throw new DecodeError('Values are nested too deeply.')
  const value = object(json)
  if (value === undefined) return null
  for (const kind of Object.keys(value)) {
    const held = value[kind]
    if (held === null || held === undefined) continue
    switch (kind) {
      case 'stringValue':
        return text(held)
      case 'boolValue':
        if (typeof held !== 'boolean') throw new DecodeError('A boolean was expected.')
        return held
      case 'intValue':
        return exactInteger(held)
      case 'doubleValue':
        return double(held)
      case 'bytesValue':
        return Buffer.from(text(held) ?? '', 'base64')
      case 'arrayValue':
        return jsonList(list(object(held)?.values), depth)
      case 'kvlistValue':
        return jsonKeyValues(list(object(held)?.values), DECODE_LIMITS.keysPerMap, depth + 1)
    }
  }
  return null
}

/** Attributes, as many as are looked at, and how many more there were. */
export function jsonAttributes(json: unknown): { fields: AttributesLike; dropped: number } {
  const pairs = list(json)
  return {
    fields: jsonKeyValues(pairs, DECODE_LIMITS.attributes, 0),
    dropped: Math.max(0, pairs.length - DECODE_LIMITS.attributes),
  }
}

function jsonKeyValues(pairs: readonly unknown[], most: number, depth: number): Fields {
  const fields: Fields = {}
  for (const json of pairs.length > most ? pairs.slice(0, most) : pairs) {
    const pair = object(json)
    setField(fields, text(pair?.key) ?? '', jsonAnyValue(pair?.value, depth))
  }
  return fields
}

function jsonList(values: readonly unknown[], depth: number): unknown[] {
  const items = values.slice(0, DECODE_LIMITS.itemsPerList).map((value) => jsonAnyValue(value, depth + 1))
  // The rest would be cut off in translation, which says how much that was: holes keep the count.
  items.length = values.length
  return items
}
