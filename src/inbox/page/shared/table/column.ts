import type { ComponentChildren } from 'preact'

/** A column of a table. */
export interface Column<T> {
  readonly name: string
  readonly title: string
  readonly cell: (row: T) => ComponentChildren
  readonly isNumber?: boolean
  /** The column is hidden when there is little room. */
  readonly isExtra?: boolean
  readonly sortBy?: (row: T) => number | string
  readonly width?: string
}
