import { isRegExp } from '../common/any-realm.js'

/** Names of fields whose values no message may show. */
const SECRET = /key|token|secret|passw|auth|cookie/i
const MOST_LENGTH = 80
const MOST_ITEMS = 5

/** A short description of any wrong value. Shows the first few items of lists and objects. Never throws. */
export function showValue(value: unknown): string {
  try {
    return inWords(value)
  } catch {
    // A Proxy of the application, for example, may throw.
    return typeInWords(value)
  }
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return `[${some(value.slice(0, MOST_ITEMS + 1).map(showItem))}]`
  if (typeof value !== 'object' || value === null || isRegExp(value)) return showItem(value)
  const fields = fieldsOf(value).map(
    ([name, field]) => `${shorten(name)}: ${SECRET.test(name) ? '***' : showItem(field)}`,
  )
  return fields.length === 0 ? '{}' : `{ ${some(fields)} }`
}

function fieldsOf(value: object): [string, unknown][] {
  try {
    return Object.entries(value)
  } catch {
    // A getter of the application may throw.
    return []
  }
}

/** The type of a value in words, for values that may be secret. */
export function typeInWords(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function some(items: readonly string[]): string {
  return items.length > MOST_ITEMS ? `${items.slice(0, MOST_ITEMS).join(', ')}, ...` : items.join(', ')
}

function showItem(value: unknown): string {
  if (typeof value === 'string') {
    const harmless = withoutCredentials(value)
    return harmless.length > MOST_LENGTH
      ? `${JSON.stringify(harmless.slice(0, MOST_LENGTH))}...`
      : JSON.stringify(harmless)
  }
  if (typeof value === 'bigint') return `${value}n`
  if (isRegExp(value)) return shorten(String(value))
  if (Array.isArray(value)) return 'a list'
  return ['function', 'symbol', 'object'].includes(typeof value) ? typeInWords(value) : String(value)
}

/** An address may contain a password, or a key in its query. */
function withoutCredentials(value: string): string {
  const slashes = value.indexOf('//')
  const query = slashes === -1 ? -1 : value.indexOf('?')
  const address = query === -1 ? value : `${value.slice(0, query)}?***`
  const at = address.lastIndexOf('@')
  if (at === -1) return address
  const scheme = slashes !== -1 && slashes < at ? address.slice(0, slashes + 2) : ''
  return `${scheme}***${address.slice(at)}`
}

function shorten(text: string): string {
  return text.length > MOST_LENGTH ? `${text.slice(0, MOST_LENGTH)}...` : text
}
