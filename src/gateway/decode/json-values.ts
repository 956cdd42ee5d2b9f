import type { AttributesLike } from '../../translate/otel.js'
import { setField } from '../../translate/property.js'
import type { Fields } from '../../wire/log.js'
import { DecodeError } from './decode-error.js'
import { Unread } from './json-document.js'
import { double, exactInteger, list, object, text } from './json-fields.js'
import { fieldName } from './json-names.js'
import { noteUnread, unreadItems } from './proto-values.js'
import { DECODE_LIMITS } from './shapes.js'

/** Reads an AnyValue: a string, boolean, number, bigint, byte array, list, map, or null. */
export function jsonAnyValue(json: unknown, depth = 0): unknown {
  if (depth > DECODE_LIMITS.depth) throw new DecodeError('Values are nested too deeply.')
  const value = object(json)
  if (value === undefined) return null
  for (const kind of Object.keys(value)) {
    const held = value[kind]
    if (held === null || held === undefined) continue
    switch (fieldName(kind)) {
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
        return jsonMap(list(object(held)?.values), depth + 1)
    }
  }
  return null
}

/** Reads attributes up to the limit, and counts the rest as dropped. */
export function jsonAttributes(json: unknown): { fields: AttributesLike; dropped: number } {
  const pairs = list(json)
  const { fields, unread } = jsonKeyValues(pairs, DECODE_LIMITS.attributes, 0)
  return { fields, dropped: unread }
}

function jsonMap(pairs: readonly unknown[], depth: number): Fields {
  const { fields, unread } = jsonKeyValues(pairs, pairs.length, depth)
  if (unread > 0) noteUnread(fields, unread)
  return fields
}

/** Reads pairs as fields up to a limit, and counts those that were not read. */
function jsonKeyValues(
  pairs: readonly unknown[],
  most: number,
  depth: number,
): { fields: Fields; unread: number } {
  const fields: Fields = {}
  const last = pairs.at(-1)
  const [count, cut] = last instanceof Unread ? [pairs.length - 1, last.count] : [pairs.length, 0]
  for (let index = 0; index < Math.min(count, most); index++) {
    const pair = object(pairs[index])
    setField(fields, text(pair?.key) ?? '', jsonAnyValue(pair?.value, depth))
  }
  return { fields, unread: cut + Math.max(0, count - most) }
}

function jsonList(values: readonly unknown[], depth: number): unknown[] {
  return values.map((value) =>
    value instanceof Unread ? unreadItems(value.count) : jsonAnyValue(value, depth + 1),
  )
}
