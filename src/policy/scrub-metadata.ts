import type { Fields } from '../wire/log.js'
import { isScrubbedParam, SCRUBBED, scrubQuery, scrubUrl } from './scrub-url.js'

/** HTTP loggers write the request one or two levels deep: `req`, `context.request`, `req.raw.query`. */
const MAX_DEPTH = 4

/** OpenTelemetry's URL attributes, which translation leaves in metadata where another attribute took their field. */
const URL_ATTRIBUTES: ReadonlySet<string> = new Set(['url.full', 'http.url', 'http.target'])

/**
 * Scrubs metadata: OpenTelemetry's URL attributes, and the request objects that HTTP loggers write: `req.url`,
 * `request.url`, `originalUrl`, and the named keys below a `query`. Keys may be nested objects or flattened with dots
 * (`req.query.token`). Returns the object itself when there is nothing to scrub, else a copy.
 */
export function scrubMetadata(fields: Fields, params: ReadonlySet<string>): Fields {
  const inert = inertKeys(params)
  let scrubbed: Fields | undefined
  for (const key in fields) {
    const value = fields[key]
    if (!isNested(value) && isInert(key, params, inert)) continue
    const clean = scrubValue(value, key, params, '', 0)
    if (clean === value) continue
    scrubbed ??= { ...fields }
    scrubbed[key] = clean
  }
  return scrubbed ?? fields
}

// An application writes the same keys again and again, and to look one up is faster than to take it apart.
const MOST_INERT = 1000
const LONGEST_INERT = 128
const inertByParams = new WeakMap<ReadonlySet<string>, Set<string>>()

/** Known keys whose values are never scrubbed, unless they are objects. */
function inertKeys(params: ReadonlySet<string>): Set<string> {
  const known = inertByParams.get(params)
  if (known !== undefined) return known
  const inert = new Set<string>()
  inertByParams.set(params, inert)
  return inert
}

function isInert(key: string, params: ReadonlySet<string>, inert: Set<string>): boolean {
  if (inert.has(key)) return true
  const { name, holder } = split(key, '')
  if (mayBeScrubbed(key) || (holder === 'query' && isScrubbedParam(name, params))) return false
  if (key.length > LONGEST_INERT) return true
  if (inert.size >= MOST_INERT) inert.clear()
  inert.add(key)
  return true
}

function scrubFields(fields: Fields, params: ReadonlySet<string>, parent: string, depth: number): Fields {
  let scrubbed: Fields | undefined
  for (const key in fields) {
    const value = fields[key]
    const clean = scrubValue(value, key, params, parent, depth)
    if (clean === value) continue
    scrubbed ??= { ...fields }
    scrubbed[key] = clean
  }
  return scrubbed ?? fields
}

function scrubValue(
  value: unknown,
  key: string,
  params: ReadonlySet<string>,
  parent: string,
  depth: number,
): unknown {
  const mayHoldMore = isNested(value)
  if (!mayHoldMore && parent !== 'query' && !mayNameUrlOrQuery(key)) return value
  if (depth === 0 && typeof value === 'string') {
    if (URL_ATTRIBUTES.has(key)) return scrubUrl(value, params)
    if (key === 'url.query') return scrubQuery(value, params)
  }
  const { name, holder } = split(key, parent)
  if (holder === 'query' && isScrubbedParam(name, params)) return SCRUBBED
  if (typeof value === 'string') return holdsUrl(name, holder) ? scrubUrl(value, params) : value
  return mayHoldMore && depth < MAX_DEPTH ? scrubFields(value, params, name, depth + 1) : value
}

function isNested(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Whether the text under a key of the metadata may be scrubbed, depending on the text. A parameter of a query is scrubbed
 * by its name alone.
 */
export function mayBeScrubbed(key: string): boolean {
  const { name, holder } = split(key, '')
  return URL_ATTRIBUTES.has(key) || key === 'url.query' || holdsUrl(name, holder)
}

/** The last name of a key with dots, and the one before it. */
function split(key: string, parent: string): { readonly name: string; readonly holder: string } {
  const dot = key.lastIndexOf('.')
  return dot < 0 ? { name: key, holder: parent } : { name: key.slice(dot + 1), holder: lastName(key, dot) }
}

const LETTER_L = 'l'.charCodeAt(0)

/**
 * False for most keys, whose values need no closer look. The names that matter end with `url` or `url.full`, or have one
 * of these words.
 */
function mayNameUrlOrQuery(key: string): boolean {
  return key.charCodeAt(key.length - 1) === LETTER_L || key.includes('query') || key === 'http.target'
}

function holdsUrl(name: string, holder: string): boolean {
  return name === 'originalUrl' || (name === 'url' && (holder === 'req' || holder === 'request'))
}

/** The name before the last dot: `req` of `http.req.url`. */
function lastName(key: string, dot: number): string {
  return key.slice(key.lastIndexOf('.', dot - 1) + 1, dot)
}
