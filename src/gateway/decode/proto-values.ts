import { setField } from '../../translate/property.js'
import type { Fields } from '../../wire/log.js'
import { DecodeError } from './decode-error.js'
import type { OtlpReader } from './otlp-reader.js'
import { DECODE_LIMITS } from './shapes.js'

const ANY_VALUE = 0b1111_1110
const KEY_VALUE = 0b110
const LIST = 0b10

/** Reads an AnyValue: a string, boolean, number, bigint, byte array, list, map, or null. */
export function readAnyValue(reader: OtlpReader, depth = 0): unknown {
  if (depth > DECODE_LIMITS.depth) throw new DecodeError('Values are nested too deeply.')
  reader.budget.takeValue()
  const outer = reader.enter()
  let value: unknown = null
  while (reader.pos < reader.len) {
    const tag = reader.field()
    switch (tag) {
      case 10:
        value = reader.string()
        break
      case 16:
        value = reader.bool()
        break
      case 24:
        value = reader.exactInteger()
        break
      case 33:
        value = reader.double()
        break
      case 42:
        value = readList(reader, depth)
        break
      case 50:
        value = readMap(reader, depth)
        break
      case 58:
        value = reader.bytes()
        break
      default:
        reader.pass(tag, ANY_VALUE)
    }
  }
  reader.leave(outer)
  return value
}

/** Reads a KeyValue into `into`. */
export function readKeyValue(reader: OtlpReader, into: Fields, depth = 0): void {
  const outer = reader.enter()
  let key = ''
  let value: unknown = null
  while (reader.pos < reader.len) {
    const tag = reader.field()
    if (tag === 10) key = reader.repeatedText()
    else if (tag === 18) value = readAnyValue(reader, depth)
    else reader.pass(tag, KEY_VALUE)
  }
  reader.leave(outer)
  setField(into, key, value)
}

/** The text that stands for unread items of a list, in the form that translation uses. */
export function unreadItems(count: number): string {
  return `[${count} more]`
}

/** Notes in a map how many keys were not read, in the form that translation uses. */
export function noteUnread(map: Fields, count: number): void {
  map['[truncated]'] = `${count} more keys`
}

/** Skips a field of bytes or messages. */
export function skipLength(reader: OtlpReader): void {
  const outer = reader.enter()
  reader.pos = reader.len
  reader.leave(outer)
}

function readList(reader: OtlpReader, depth: number): unknown[] {
  const outer = reader.enter()
  const list: unknown[] = []
  let unread = 0
  while (reader.pos < reader.len) {
    const tag = reader.field()
    if (tag !== 10) reader.pass(tag, LIST)
    else if (!reader.budget.isSpent) list.push(readAnyValue(reader, depth + 1))
    else {
      skipLength(reader)
      unread++
    }
  }
  reader.leave(outer)
  if (unread > 0) list.push(unreadItems(unread))
  return list
}

function readMap(reader: OtlpReader, depth: number): Fields {
  const outer = reader.enter()
  const map: Fields = {}
  let unread = 0
  while (reader.pos < reader.len) {
    const tag = reader.field()
    if (tag !== 10) reader.pass(tag, LIST)
    else if (!reader.budget.isSpent) readKeyValue(reader, map, depth + 1)
    else {
      skipLength(reader)
      unread++
    }
  }
  reader.leave(outer)
  if (unread > 0) noteUnread(map, unread)
  return map
}
