import type { ComponentChildren } from 'preact'
import { addFilter, type FilterName } from '../state/filters.js'
import { plain, Text } from './text.js'

/** A value that filters by itself on a click. */
export function FilterValue({
  name,
  value,
  shown = value,
  inTable = false,
  children = <Text>{shown}</Text>,
}: {
  name: FilterName
  value: string
  shown?: string
  /** In a table row, which opens by keyboard: its values are then reached in the opened panel. */
  inTable?: boolean
  children?: ComponentChildren
}) {
  return (
    <button
      type="button"
      class="plain filter-value"
      title={`Filter by ${name === 'q' ? 'text' : name} ${plain(value).slice(0, 300)}`}
      tabIndex={inTable ? -1 : 0}
      onClick={(event) => {
        event.stopPropagation()
        addFilter(name, value)
      }}
    >
      {children}
    </button>
  )
}
