import { isRegExp } from '../common/any-realm.js'
import { withoutTrailingSlashes } from './trailing-slashes.js'

/**
 * The type of an option: how a value from code is checked, how an environment variable is parsed, and how a mistake is
 * described. A kind does not know the option's name.
 */
export interface Kind<T> {
  /** Completes the sentence "expected ...". */
  readonly expected: string
  /** The same for an environment variable, if the wording differs. */
  readonly expectedWords?: string
  /** The value in its final form, or undefined if it is invalid. */
  check(value: unknown): T | undefined
  /** Parses an environment variable; absent for types that a string cannot hold. */
  readonly read?: (text: string) => T | undefined
  /** For a list in an environment variable: the valid items, and the invalid ones. */
  readonly readParts?: (text: string) => { readonly value: T; readonly wrong: readonly string[] }
}

export function text(expected = 'a non-empty string'): Kind<string> {
  const check = (value: unknown) =>
    typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
  return { expected, check, read: check }
}

export function integer(least: number, most: number): Kind<number> {
  const check = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : undefined
  return {
    expected: `a whole number from ${least} to ${most}`,
    check,
    read: (text) => (/^\d{1,15}$/.test(text) ? check(Number(text)) : undefined),
  }
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
])

export const flag: Kind<boolean> = {
  expected: 'true or false',
  check: (value) => (typeof value === 'boolean' ? value : undefined),
  read: (text) => FLAGS.get(text.toLowerCase()),
}

/** One of these words. In an environment variable any case is accepted. */
export function oneOf<const T extends string>(words: readonly T[]): Kind<T> {
  return {
    expected: `one of ${words.join(', ')}`,
    check: (value) => words.find((word) => word === value),
    read: (text) => words.find((word) => word.toLowerCase() === text.toLowerCase()),
  }
}

/** As {@link oneOf}, with any case accepted from code, too. */
export function oneOfInAnyCase<const T extends string>(words: readonly T[]): Kind<T> {
  const kind = oneOf(words)
  return { ...kind, check: (value) => (typeof value === 'string' ? kind.read?.(value) : undefined) }
}

/** In an environment variable the items are separated by commas. */
export function listOf<T>(item: Kind<T>, expected: string, expectedWords?: string): Kind<readonly T[]> {
  const all = (values: readonly unknown[], one: (value: never) => T | undefined) => {
    const items = values.map((value) => one(value as never))
    return items.includes(undefined) ? undefined : Object.freeze(items as T[])
  }
  const { read } = item
  return {
    expected,
    ...(expectedWords !== undefined && { expectedWords }),
    check: (value) => (Array.isArray(value) ? all(value, item.check) : undefined),
    ...(read && {
      read: (text: string) => all(splitList(text), read),
      readParts: (text: string) => {
        const parts = splitList(text)
        const items = parts.map(read).filter((item) => item !== undefined)
        return { value: Object.freeze(items), wrong: parts.filter((part) => read(part) === undefined) }
      },
    }),
  }
}

export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** A value, or `false` for off. */
export function orFalse<T>(kind: Kind<T>): Kind<T | false> {
  const { read } = kind
  return {
    expected: `${kind.expected}, or false`,
    check: (value) => (value === false ? false : kind.check(value)),
    ...(read && { read: (text: string) => (flag.read?.(text) === false ? false : read(text)) }),
  }
}

/** Any of several kinds, tried in order. */
export function either<A, B>(a: Kind<A>, b: Kind<B>): Kind<A | B> {
  const read = (text: string) => a.read?.(text) ?? b.read?.(text)
  return {
    expected: `${a.expected}, or ${b.expected}`,
    check: (value) => a.check(value) ?? b.check(value),
    ...((a.read || b.read) && { read }),
  }
}

export function fn<T extends (...args: never[]) => unknown>(expected = 'a function'): Kind<T> {
  return { expected, check: (value) => (typeof value === 'function' ? (value as T) : undefined) }
}

export const regExp: Kind<RegExp> = {
  expected: 'a RegExp',
  check: (value) => (isRegExp(value) ? value : undefined),
}

/** An http or https address without credentials, query or fragment; trailing slashes are removed. */
export const address: Kind<string> = {
  expected: 'an http or https URL without user, query or fragment',
  check: (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return undefined
    const url = new URL(value)
    const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
    if (!plain || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
    return url.origin + withoutTrailingSlashes(url.pathname)
  },
  get read() {
    return address.check
  },
}

/** An http or https address of a proxy, with or without user and password. */
export const proxyAddress: Kind<string> = {
  expected: 'an http or https URL of a proxy',
  check: (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return undefined
    const { protocol, href } = new URL(value)
    return protocol === 'http:' || protocol === 'https:' ? href : undefined
  },
  get read() {
    return proxyAddress.check
  },
}
