import { Glyph } from '../shared/glyph.js'
import { plain } from '../shared/text.js'
import { address } from '../state/address.js'
import { columns, isFull, switchColumn, titleOf } from './columns.js'

/** Shows a part of an opened log as a column of the list beside it, or hides that column. */
export function ColumnSwitch({ name }: { name: string }) {
  const isShown = columns().includes(name)
  if (address.value.view !== 'logs' || (isFull() && !isShown)) return null
  const title = `${isShown ? 'Hide' : 'Show'} the column ${plain(titleOf(name)).slice(0, 100)}`
  return (
    <button
      type="button"
      class="plain column-switch"
      aria-pressed={isShown}
      aria-label={title}
      title={title}
      onClick={() => switchColumn(name)}
    >
      <Glyph name="columns" />
    </button>
  )
}
