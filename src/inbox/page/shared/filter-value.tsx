import { addFilter, type FilterName } from '../state/filters.js'
import { plain, Text } from './text.js'

/** A value whose click shows only what shares it. */
export function FilterValue({
  name,
  value,
  shown = value,
  inTable = false,
}: {
  name: FilterName
  value: string
  shown?: string
  /** In a row that opens by keyboard, and whose values are then reached within what it opens. */
  inTable?: boolean
}) {
  return (
    <button
      type="button"
      class="plain filter-value"
      title={`Filter by ${name} ${plain(value).slice(0, 300)}`}
      tabIndex={inTable ? -1 : 0}
      onClick={(event) => {
        event.stopPropagation()
        addFilter(name, value)
      }}
    >
      <Text>{shown}</Text>
    </button>
  )
}
