import { isError } from '../common/any-realm.js'
import { toPlain } from '../translate/plain.js'
import { readProperty, setField, wellFormed } from '../translate/property.js'
import type { Fields } from '../wire/log.js'

// Plain JavaScript checks nothing: what a call is given may be anything, a Proxy that throws included. Each of
// these reads what it can, gives undefined for what does not fit, and never throws.

const MOST_ITEMS = 1000
const MOST_TEXTS = 256

/** Named properties of an options object, each read once; none of what is no object. */
export function named<K extends string>(given: unknown, names: readonly K[]): Partial<Record<K, unknown>> {
  if (typeof given !== 'object' || given === null) return {}
  const read: Partial<Record<K, unknown>> = {}
  for (const name of names) {
    const value = readProperty(given, name)
    if (value !== undefined) read[name] = value
  }
  return read
}

const MOST_OTHERS = 256

/**
 * The properties of a plain object that have none of these names, at most 256; undefined where there are none. Of
 * anything else (a buffer, say, has millions) they are not looked for.
 */
export function others(given: unknown, names: readonly string[]): Record<string, unknown> | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const found: Record<string, unknown> = {}
  let left = MOST_OTHERS
  try {
    if (!isPlain(given)) return undefined
    for (const name of Object.keys(given)) {
      if (names.includes(name)) continue
      setField(found, name, readProperty(given, name))
      if (--left === 0) break
    }
  } catch {
    // A Proxy that does not list its properties.
  }
  return left < MOST_OTHERS ? found : undefined
}

/** Of whichever realm. */
function isPlain(given: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(given)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

export function text(given: unknown): string | undefined {
  if (typeof given === 'string') return wellFormed(given)
  return typeof given === 'number' || typeof given === 'bigint' || typeof given === 'boolean'
    ? String(given)
    : undefined
}

export function number(given: unknown): number | undefined {
  return typeof given === 'number' && Number.isFinite(given) ? given : undefined
}

export function whole(given: unknown): number | undefined {
  return Number.isSafeInteger(given) ? (given as number) : undefined
}

/** A plain copy of an object; undefined for everything else. */
export function fields(given: unknown): Fields | undefined {
  if (typeof given !== 'object' || given === null || isList(given)) return undefined
  const plain = toPlain(given)
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? (plain as Fields) : undefined
}

/** The items of a list, at most 1000. */
export function items(given: unknown): unknown[] | undefined {
  if (!isList(given)) return undefined
  const length = Math.min(number(readProperty(given, 'length')) ?? 0, MOST_ITEMS)
  return Array.from({ length }, (_, index) => readProperty(given, String(index)))
}

/** The items of a list as strings, at most 256. */
export function texts(given: unknown): string[] | undefined {
  return items(given)
    ?.slice(0, MOST_TEXTS)
    .map((item) => words(item) ?? '')
}

/** Anything in words; undefined for undefined only. */
export function words(given: unknown): string | undefined {
  const plain = text(given) ?? toPlain(given)
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}

/** An error given where options belong: `client.error('Payment failed', error)`. */
export function asOptions(given: unknown): unknown {
  return isError(given) ? { error: given } : given
}

function isList(given: unknown): given is readonly unknown[] {
  try {
    return Array.isArray(given)
  } catch {
    // A Proxy that was revoked.
    return false
  }
}
