import { types } from 'node:util'
import { isError } from '../common/any-realm.js'
import type { Fields } from '../wire/log.js'
import { errorType } from './error-type.js'
import { readProperty, readText, setField, shorten, wellFormed } from './property.js'

/** Bounds of a walk over a foreign structure. What lies beyond is replaced by a short string that names the bound. */
export const PLAIN_LIMITS = {
  depth: 32,
  /** Most values of all kinds in one structure. Bytes are limited later, for the whole log. */
  nodes: 30_000,
  /** Most bytes of one byte array. More than a log can hold as base64, so that the size limit still applies to it. */
  bytes: 384 * 1024,
  /** UTF-16 units of all texts of one structure: several times what a log can hold. */
  units: 1024 * 1024,
  /** Writing a larger integer in decimal takes time that grows faster than its length. */
  bigintBits: 16_384,
} as const

/** How much is made of several structures together, such as the attributes of one record. */
export class PlainBudget {
  values: number
  units: number = PLAIN_LIMITS.units

  /** @param values of all kinds */
  constructor(values: number) {
    this.values = values
  }
}

/**
 * A copy of any value that `JSON.stringify` accepts and that reads back unchanged. Never throws, is bounded by {@link
 * PLAIN_LIMITS}, and never changes the value itself.
 *
 * Integers beyond 2^53 become exact strings, NaN and infinities strings, byte arrays base64, Dates ISO strings, Maps
 * objects and Sets arrays, Errors `{ type, message, stack, ...own, cause }`; a cycle is `[Circular]`, a getter that
 * throws `[Throws: why]`. `toJSON` is used where it works.
 *
 * @param budget what other structures have left. Default: there are no others
 * @returns `undefined` for `undefined` only.
 */
export function toPlain(value: unknown, budget?: PlainBudget): unknown {
  if (typeof value !== 'object' || value === null) return plainPrimitive(value)
  const walk = new Walk(budget ?? new PlainBudget(PLAIN_LIMITS.nodes))
  const plain = walk.copy(value, 0)
  walk.end()
  return plain
}

function plainPrimitive(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return wellFormed(value)
    case 'number':
      return plainNumber(value)
    case 'bigint':
      return plainBigint(value)
    case 'function':
      return `[Function: ${shorten(readText(value, 'name') ?? 'anonymous', 100)}]`
    case 'symbol':
      return wellFormed(shorten(String(value), 100))
    default:
      return value
  }
}

function plainNumber(value: number): number | string {
  if (value === 0) return 0 // JSON has no -0
  if (!Number.isFinite(value)) return String(value)
  // From 1e21 on a number is written with an exponent, so nobody takes it for an exact integer.
  if (Number.isSafeInteger(value) || !Number.isInteger(value) || Math.abs(value) >= 1e21) return value
  return BigInt(value).toString()
}

function plainBigint(value: bigint): number | string {
  if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return Number(value)
  if (BigInt.asIntN(PLAIN_LIMITS.bigintBits, value) === value) return value.toString()
  return `[BigInt of more than ${PLAIN_LIMITS.bigintBits} bits]`
}

/** An object that is being copied, and the one that holds it. Takes less memory than a list, which most copies need once. */
interface Ancestor {
  readonly value: object
  readonly around: Ancestor | undefined
}

class Walk {
  readonly #budget: PlainBudget
  readonly #most: number
  #left: number
  #innermost: Ancestor | undefined

  constructor(budget: PlainBudget) {
    this.#budget = budget
    this.#most = Math.min(PLAIN_LIMITS.nodes, budget.values)
    this.#left = this.#most
  }

  end(): void {
    this.#budget.values = Math.max(0, this.#budget.values - (this.#most - this.#left))
  }

  copy(value: object, depth: number): unknown {
    if (this.#isWithin(value)) return '[Circular]'
    if (this.#left <= 0 || this.#budget.units <= 0) return '[Truncated]'
    this.#left--
    const around = this.#innermost
    this.#innermost = { value, around }
    try {
      return this.#object(value, depth)
    } catch (error) {
      return thrownNote(error)
    } finally {
      this.#innermost = around
    }
  }

  #isWithin(value: object): boolean {
    for (let one = this.#innermost; one !== undefined; one = one.around) if (one.value === value) return true
    return false
  }

  #value(value: unknown, depth: number): unknown {
    if (typeof value === 'object' && value !== null) return this.copy(value, depth)
    const isText = typeof value === 'string' || typeof value === 'bigint'
    if (isText && this.#budget.units <= 0) return '[Truncated]'
    return this.#charged(plainPrimitive(value))
  }

  /** Counts a text: the same one may stand in a structure many times, and is written out each time. */
  #charged<T>(value: T): T {
    if (typeof value === 'string') this.#budget.units -= value.length
    return value
  }

  #object(value: object, depth: number): unknown {
    if (Array.isArray(value)) return depth < PLAIN_LIMITS.depth ? this.#items(value, depth) : '[Array]'
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) {
      const leaf = plainLeaf(value)
      if (leaf !== undefined) return this.#charged(leaf)
    }
    if (depth >= PLAIN_LIMITS.depth) return '[Object]'
    if (prototype === Object.prototype || prototype === null) return this.#fields(value, depth)
    if (types.isMap(value)) return this.#map(value, depth)
    if (types.isSet(value)) return this.#items(firstOf(Set.prototype.values.call(value)), depth, value.size)
    if (ArrayBuffer.isView(value)) return this.#items(value as unknown as ArrayLike<unknown>, depth)
    if (isError(value)) return this.#error(value, depth)
    return this.#viaToJson(value, depth) ?? this.#fields(value, depth)
  }

  #items(items: ArrayLike<unknown>, depth: number, length = items.length): unknown[] {
    const count = Math.min(length, Math.max(this.#left, 0))
    this.#left -= count
    const copy: unknown[] = []
    for (let index = 0; index < count; index++) {
      let item: unknown
      try {
        item = this.#value(items[index], depth + 1)
      } catch (error) {
        item = thrownNote(error)
      }
      copy.push(item === undefined ? null : item)
    }
    if (length > count) copy.push(`[${length - count} more]`)
    return copy
  }

  /** @param described what is already known of the value; the value's own keys do not overwrite it */
  #fields(value: object, depth: number, described?: Fields): unknown {
    const copy = described ?? {}
    const keys = Object.keys(value)
    const count = Math.min(keys.length, Math.max(this.#left, 0))
    // Every key counts, kept or not, because listing the keys has already cost that much.
    this.#left -= keys.length
    for (let index = 0; index < count; index++) {
      const key = keys[index] as string
      let item: unknown
      try {
        item = (value as Fields)[key]
        if (key === 'toJSON' && typeof item === 'function') {
          const result = this.#viaToJson(value, depth)
          if (result !== undefined) return result
        }
        item = this.#value(item, depth + 1)
      } catch (error) {
        item = thrownNote(error)
      }
      if (item === undefined || (described !== undefined && Object.hasOwn(copy, key))) continue
      setField(copy, this.#charged(wellFormed(key)), item)
    }
    if (keys.length > count) copy['[truncated]'] = `${keys.length - count} more keys`
    return copy
  }

  #map(map: Map<unknown, unknown>, depth: number): unknown {
    const entries = firstOf(Map.prototype.entries.call(map))
    const copy: Fields = {}
    const count = Math.min(entries.length, Math.max(this.#left, 0))
    this.#left -= entries.length
    for (const [key, item] of entries.slice(0, count)) {
      const name = typeof key === 'object' ? undefined : String(plainPrimitive(key))
      // Keys that are objects, or 1 beside '1', do not fit into an object. A list of pairs always does.
      if (name === undefined || Object.hasOwn(copy, name)) return this.#items(entries, depth, map.size)
      const plain = this.#value(item, depth + 1)
      setField(copy, this.#charged(name), plain === undefined ? null : plain)
    }
    if (map.size > count) copy['[truncated]'] = `${map.size - count} more keys`
    return copy
  }

  #error(error: Error, depth: number): unknown {
    const copy: Fields = {}
    copy[readProperty(error, 'type') === undefined ? 'type' : 'name'] = errorType(error)
    copy.message = this.#charged(readText(error, 'message') ?? '')
    const stack = this.#charged(readText(error, 'stack'))
    if (stack !== undefined) copy.stack = stack
    for (const key of ['cause', 'errors']) {
      const related = readProperty(error, key)
      if (related !== undefined) copy[key] = this.#value(related, depth + 1)
    }
    return this.#fields(error, depth, copy)
  }

  /** @returns `undefined` where there is no `toJSON`, or where it throws or returns nothing usable */
  #viaToJson(value: object, depth: number): unknown {
    const toJson = readProperty(value, 'toJSON')
    if (typeof toJson !== 'function') return undefined
    let result: unknown
    try {
      result = toJson.call(value, '')
    } catch {
      return undefined
    }
    return result === value ? undefined : this.#value(result, depth + 1)
  }
}

/** The value of a class instance that stands for one value: a date, bytes, a boxed number. */
function plainLeaf(value: object): unknown {
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value)
    return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString()
  }
  if (types.isAnyArrayBuffer(value)) return base64(value, 0, value.byteLength)
  if (ArrayBuffer.isView(value) && isBytes(value))
    return base64(value.buffer, value.byteOffset, value.byteLength)
  if (types.isRegExp(value)) return wellFormed(RegExp.prototype.toString.call(value))
  if (types.isBoxedPrimitive(value)) return plainPrimitive(unboxed(value))
  return undefined
}

function isBytes(view: ArrayBufferView): boolean {
  return (
    types.isUint8Array(view) ||
    types.isUint8ClampedArray(view) ||
    types.isInt8Array(view) ||
    types.isDataView(view)
  )
}

function base64(buffer: ArrayBufferLike, offset: number, length: number): string {
  return Buffer.from(buffer as ArrayBuffer, offset, Math.min(length, PLAIN_LIMITS.bytes)).toString('base64')
}

function unboxed(value: object): unknown {
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value)
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value)
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value)
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value)
  return Symbol.prototype.valueOf.call(value)
}

function firstOf<T>(items: Iterator<T>): T[] {
  const first: T[] = []
  for (let next = items.next(); next.done !== true; next = items.next()) {
    first.push(next.value)
    if (first.length >= PLAIN_LIMITS.nodes) break
  }
  return first
}

function thrownNote(error: unknown): string {
  const why = typeof error === 'string' ? error : readText(error, 'message')
  return `[Throws: ${shorten(why ?? 'unknown', 100)}]`
}
