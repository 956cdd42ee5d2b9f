/** Parts of a log that a row has only when they are asked for, beside any key of its metadata as `meta.key`. */
export const MORE_COLUMNS = ['version', 'environment', 'host', 'action', 'source'] as const

export type MoreColumn = (typeof MORE_COLUMNS)[number]

export const OF_METADATA = 'meta.'
export const MAX_COLUMNS = 8

export function isMoreColumn(name: string): boolean {
  if (name.startsWith(OF_METADATA)) return name.length > OF_METADATA.length && name.length <= 200
  return (MORE_COLUMNS as readonly string[]).includes(name)
}
