import { isError } from '../common/any-realm.js'
import { toPlain } from '../translate/plain.js'
import { readProperty, setField, wellFormed } from '../translate/property.js'
import type { Fields } from '../wire/log.js'

// JavaScript callers may pass anything, a Proxy that throws included. Each of these functions reads what it can,
// returns undefined for what does not fit, and never throws.

const MOST_ITEMS = 1000
const MOST_TEXTS = 256

/** The named properties of an options object, each read once. Empty for a value that is not an object. */
export function named<K extends string>(input: unknown, names: readonly K[]): Partial<Record<K, unknown>> {
  if (typeof input !== 'object' || input === null) return {}
  const read: Partial<Record<K, unknown>> = {}
  for (const name of names) {
    const value = readProperty(input, name)
    if (value !== undefined) read[name] = value
  }
  return read
}

const MOST_OTHERS = 256

/**
 * The properties of a plain object that have none of these names, at most 256. Undefined where there are none. Other
 * objects are not searched: a buffer, for example, has millions of properties.
 */
export function others(input: unknown, names: readonly string[]): Record<string, unknown> | undefined {
  if (typeof input !== 'object' || input === null) return undefined
  let found: Record<string, unknown> | undefined
  let left = MOST_OTHERS
  try {
    if (!isPlain(input)) return undefined
    for (const name of Object.keys(input)) {
      if (names.includes(name)) continue
      found ??= {}
      setField(found, name, readProperty(input, name))
      if (--left === 0) break
    }
  } catch {
    // A Proxy may refuse to list its properties.
  }
  return found
}

/** Plain objects of any realm. */
function isPlain(input: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(input)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

export function text(input: unknown): string | undefined {
  if (typeof input === 'string') return wellFormed(input)
  return typeof input === 'number' || typeof input === 'bigint' || typeof input === 'boolean'
    ? String(input)
    : undefined
}

export function number(input: unknown): number | undefined {
  return typeof input === 'number' && Number.isFinite(input) ? input : undefined
}

export function whole(input: unknown): number | undefined {
  return Number.isSafeInteger(input) ? (input as number) : undefined
}

/** A plain copy of an object. Undefined for everything else. */
export function fields(input: unknown): Fields | undefined {
  if (typeof input !== 'object' || input === null || isList(input)) return undefined
  const plain = toPlain(input)
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? (plain as Fields) : undefined
}

/** The items of a list, at most 1000. */
export function items(input: unknown): unknown[] | undefined {
  if (!isList(input)) return undefined
  return firstItems(input, MOST_ITEMS)
}

function firstItems(list: readonly unknown[], most: number): unknown[] {
  const length = Math.min(number(readProperty(list, 'length')) ?? 0, most)
  const items: unknown[] = []
  for (let index = 0; index < length; index++) items.push(readItem(list, index))
  return items
}

/** Undefined where a getter or a Proxy throws. */
function readItem(list: readonly unknown[], index: number): unknown {
  try {
    return list[index]
  } catch {
    return undefined
  }
}

/** The items of a list as strings, at most 256. */
export function texts(input: unknown): string[] | undefined {
  return isList(input) ? firstItems(input, MOST_TEXTS).map((item) => words(item) ?? '') : undefined
}

/** Any value as a text. Undefined only for undefined. */
export function words(input: unknown): string | undefined {
  const plain = text(input) ?? toPlain(input)
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}

/** Accepts an error in the place of options: `client.error('Payment failed', error)`. */
export function asOptions(input: unknown): unknown {
  return isError(input) ? { error: input } : input
}

function isList(input: unknown): input is readonly unknown[] {
  try {
    return Array.isArray(input)
  } catch {
    // A revoked Proxy throws.
    return false
  }
}
