import type { Group } from '../decode/proto-items.js'

/** A longer key is not worth its memory. */
const LONGEST_KEY = 4096

/**
 * A text that is the same for groups with the same resource and scope only. Undefined for a group with a value that
 * JSON writes like another one, and for a large one.
 */
export function groupKey({ resource, scope }: Group): string | undefined {
  const { name, version, attributes } = scope
  const parts = [resource.attributes, name, version ?? null, attributes ?? null]
  if (!isExact(parts)) return undefined
  const key = JSON.stringify(parts)
  return key.length <= LONGEST_KEY ? key : undefined
}

/** Whether the value can be told from every other one by its JSON: not a bigint, NaN or a byte array. */
function isExact(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || ArrayBuffer.isView(value)) return false
  return Object.values(value).every(isExact)
}
