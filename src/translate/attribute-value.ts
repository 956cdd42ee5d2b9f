import { isLevel, type Level } from '../wire/level.js'
import type { Breadcrumb } from '../wire/log.js'
import { PLAIN_LIMITS, type PlainBudget, toPlain } from './plain.js'
import { wellFormed } from './property.js'
import { textToIso } from './time.js'

// Readers of attribute values, one per kind of field. Each returns `undefined` for a value that does not fit the field.

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? wellFormed(value) : undefined
}

/** Ids are texts, but many applications use numbers. A header comes as a list with one item. */
export function identifier(value: unknown): string | undefined {
  if (typeof value === 'bigint' || Number.isFinite(value)) return String(toPlain(value))
  return text(Array.isArray(value) && value.length === 1 ? value[0] : value)
}

export function number(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value || 0 : undefined
  if (typeof value !== 'bigint') return undefined
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : undefined
}

export function integer(value: unknown): number | undefined {
  const read = number(value)
  return Number.isSafeInteger(read) ? read : undefined
}

/** An HTTP status code, which proxies and meshes write as a text. */
export function statusCode(value: unknown): number | undefined {
  return typeof value === 'string' && /^[1-9]\d\d$/.test(value) ? Number(value) : integer(value)
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** A list of texts. A single text is a list of one, because many Collector configurations cannot write a list. */
export function texts(value: unknown): string[] | undefined {
  const one = text(value)
  return one === undefined ? lines(value) : [one]
}

export function lines(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length > PLAIN_LIMITS.nodes) return undefined
  const read: string[] = []
  // By index, because every() and similar methods skip holes.
  for (let index = 0; index < value.length; index++) {
    const line: unknown = value[index]
    if (typeof line !== 'string') return undefined
    read.push(wellFormed(line))
  }
  return read
}

export function level(value: unknown): Level | undefined {
  return isLevel(value) ? value : undefined
}

export function timestamp(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 64 ? textToIso(value) : undefined
}

export function anything(value: unknown, budget?: PlainBudget): unknown {
  return toPlain(value, budget)
}

/** Returned untouched, for the function that combines the parts. */
export function structure(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

export function breadcrumbs(value: unknown): Breadcrumb[] | undefined {
  if (!Array.isArray(value)) return undefined
  const crumbs: Breadcrumb[] = []
  for (const item of toPlain(value) as unknown[]) {
    const crumb = breadcrumb(item)
    if (crumb === undefined) return undefined
    crumbs.push(crumb)
  }
  return crumbs
}

function breadcrumb(value: unknown): Breadcrumb | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const {
    type = 'default',
    category = 'custom',
    message,
    level = 'info',
    timestamp: time,
    data,
    ...rest
  } = value as Partial<Record<keyof Breadcrumb, unknown>>
  const at = timestamp(time)
  if (typeof type !== 'string' || typeof category !== 'string' || typeof message !== 'string')
    return undefined
  if (!isLevel(level) || at === undefined || Object.keys(rest).length > 0) return undefined
  const crumb: Breadcrumb = { type, category, message, level, timestamp: at }
  if (data === undefined) return crumb
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined
  crumb.data = data as Record<string, unknown>
  return crumb
}
