import type { Log } from '../../wire/log.js'

/** A metadata value as text; `order.id` is the key `id` within `order`, or a key of that name. */
export function metadataText({ metadata }: Pick<Log, 'metadata'>, key: string): string | undefined {
  if (metadata === undefined) return undefined
  const value = Object.hasOwn(metadata, key) ? metadata[key] : within(metadata, key.split('.'))
  if (value === undefined) return undefined
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

function within(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Record<string, unknown>)[name]
  }
  return found
}
