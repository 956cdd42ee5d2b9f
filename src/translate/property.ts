/**
 * Reads a property of a foreign value, whatever the value is. Never throws.
 *
 * @returns `undefined` where the property is missing, and where a getter or a Proxy throws
 */
export function readProperty(value: unknown, key: string | symbol): unknown {
  if (value === null || value === undefined) return undefined
  try {
    return (value as Record<PropertyKey, unknown>)[key]
  } catch {
    return undefined
  }
}

/** Like {@link readProperty}, for a property that counts only when it is a non-empty string. */
export function readText(value: unknown, key: string): string | undefined {
  const text = readProperty(value, key)
  return typeof text === 'string' && text !== '' ? wellFormed(text) : undefined
}

/** Sets an own property. `__proto__` is stored as data and never changes the prototype. */
export function setField(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}

// Declared here, because `toWellFormed` is ES2024 (in Node since 20) and the compiler's library files end at ES2023.
interface UnicodeString {
  isWellFormed(): boolean
  toWellFormed(): string
}

/** The text with each lone surrogate replaced, so that its UTF-8 is valid. */
export function wellFormed(text: string): string {
  const unicode = text as unknown as UnicodeString
  return unicode.isWellFormed() ? text : unicode.toWellFormed()
}

/** The text, or its first `length` characters followed by `…`. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : wellFormed(`${text.slice(0, length)}…`)
}
