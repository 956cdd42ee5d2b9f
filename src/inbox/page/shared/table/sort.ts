import type { Column } from './column.js'

/** Sorts rows by a column, `-name` for the largest first. The order stays when no such column can be sorted. */
export function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], sort: string): readonly T[] {
  const isDescending = sort.startsWith('-')
  const name = isDescending ? sort.slice(1) : sort
  const sortBy = columns.find((column) => column.name === name)?.sortBy
  if (sortBy === undefined) return rows
  const factor = isDescending ? -1 : 1
  return [...rows].sort((a, b) => {
    const [first, second] = [sortBy(a), sortBy(b)]
    return first === second ? 0 : first < second ? -factor : factor
  })
}
