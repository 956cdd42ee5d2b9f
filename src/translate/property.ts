/**
 * Reads a property of a foreign value, whatever the value is.
 *
 * @returns `undefined` where there is none, and where a getter or a Proxy throws.
 */
export function readProperty(value: unknown, key: string | symbol): unknown {
  if (value === null || value === undefined) return undefined
  try {
    return (value as Record<PropertyKey, unknown>)[key]
  } catch {
    return undefined
  }
}

/** Like {@link readProperty}, for a property that counts only as a string with something in it. */
export function readText(value: unknown, key: string): string | undefined {
  const text = readProperty(value, key)
  return typeof text === 'string' && text !== '' ? wellFormed(text) : undefined
}

/** Sets an own property. `__proto__` is data like any other key and never becomes the prototype. */
export function setField(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}

// ES2024, in Node since 20; the library files that the compiler is given end at ES2023.
interface UnicodeString {
  isWellFormed(): boolean
  toWellFormed(): string
}

/** The text with each lone surrogate replaced, so that its UTF-8 is legal wherever it is read. */
export function wellFormed(text: string): string {
  const unicode = text as unknown as UnicodeString
  return unicode.isWellFormed() ? text : unicode.toWellFormed()
}

/** The text, or its first `length` characters and `…`. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : wellFormed(`${text.slice(0, length)}…`)
}
