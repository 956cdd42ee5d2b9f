import { percentDecode } from './percent-encoding.js'

/** Replaces a scrubbed value. */
export const SCRUBBED = '[SCRUBBED]'

/** Query parameters that are always scrubbed; names are compared without regard to case. */
const DEFAULT_PARAMS = [
  'token',
  'password',
  'secret',
  'key',
  'authorization',
  'session',
  'credit_card',
  'api_key',
  'apiKey',
  'access_token',
  'refresh_token',
]

/** The default names and the user's, in the form that {@link scrubUrl} compares with. */
export function scrubbedParams(added: readonly string[] = []): ReadonlySet<string> {
  return new Set([...DEFAULT_PARAMS, ...added].map((name) => name.trim().toLowerCase()).filter(Boolean))
}

/**
 * Replaces the value of each named query parameter of a URL, absolute or relative, by `[SCRUBBED]`. Everything else,
 * the fragment included, stays byte for byte. A name matches in any case, percent-encoded or with `+`, as a list
 * (`token[]`) and within brackets (`user[token]`). `&` and `;` separate parameters, and so does a further `?`, for URLs
 * that are passed on without encoding.
 */
export function scrubUrl(url: string, params: ReadonlySet<string>): string {
  const hash = url.indexOf('#')
  const end = hash === -1 ? url.length : hash
  const start = url.indexOf('?') + 1
  if (start === 0 || start > end) return url
  const query = url.slice(start, end)
  const scrubbed = scrubQuery(query, params)
  return scrubbed === query ? url : url.slice(0, start) + scrubbed + url.slice(end)
}

/** Like {@link scrubUrl}, for a query without its `?`. */
export function scrubQuery(query: string, params: ReadonlySet<string>): string {
  if (!query.includes('=')) return query
  if (!query.includes('&')) return scrubSegment(query, params)
  return query
    .split('&')
    .map((segment) => scrubSegment(segment, params))
    .join('&')
}

function scrubSegment(segment: string, params: ReadonlySet<string>): string {
  if (!segment.includes('=')) return segment
  if (!/[;?]/.test(segment)) return scrubParam(segment, params)
  let out = ''
  let secret = false
  for (const piece of segment.split(/(?=[;?])/)) {
    const equals = piece.indexOf('=')
    const separator = /^[;?]/.test(piece) ? 1 : 0
    // What follows a named parameter within its segment may be the rest of its value: after `?` it is by the URL
    // standard, after `;` unless it names a parameter itself.
    if (secret && (equals === -1 || piece.startsWith('?'))) continue
    secret = equals !== -1 && isNamed(piece.slice(separator, equals), params)
    out += secret ? piece.slice(0, equals + 1) + SCRUBBED : piece
  }
  return out
}

/** A segment that is one parameter, as most are. */
function scrubParam(param: string, params: ReadonlySet<string>): string {
  const equals = param.indexOf('=')
  return isNamed(param.slice(0, equals), params) ? param.slice(0, equals + 1) + SCRUBBED : param
}

function isNamed(encoded: string, params: ReadonlySet<string>): boolean {
  return isScrubbedParam(percentDecode(encoded.replaceAll('+', ' ')), params)
}

/** A name that the closer look would leave as it is. */
const PLAIN_NAME = /^[a-z0-9_.-]+$/

/** Whether the value of a query parameter of this (decoded) name is scrubbed. */
export function isScrubbedParam(decoded: string, params: ReadonlySet<string>): boolean {
  if (PLAIN_NAME.test(decoded)) return params.has(decoded)
  const name = decoded.replace(/\p{Cc}/gu, '').toLowerCase()
  return params.has(name.trim()) || name.split(/[[\]]/).some((part) => params.has(part.trim()))
}
