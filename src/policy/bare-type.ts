/** Stands before the bare name of a type, which is behind the last of these. */
const SEPARATORS = ['.', '/', ':', '\\', '$', '*'] as const

/**
 * A type without package, module, outer class and pointer. `pay.Error`, `*pay.Error`, `com.shop.pay.Error` and `Error`
 * are spellings of one type: spans and logs of one exception often have two of them.
 */
export function bareType(type: string): string {
  const last = Math.max(...SEPARATORS.map((sign) => type.lastIndexOf(sign)))
  return type.slice(last + 1) || type
}
