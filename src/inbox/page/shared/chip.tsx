import { type Filter, removeFilter, switchFilter } from '../state/filters.js'
import './chip.css'
import { Glyph } from './glyph.js'
import { plain } from './text.js'

const LONGEST = 40

/** A filter that a click switches off without deleting it. */
export function Chip({ filter }: { filter: Filter }) {
  const { name, value, isOn } = filter
  const text = plain(value)
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return (
    <span class={isOn ? 'chip' : 'chip off'}>
      <button
        type="button"
        class="plain"
        aria-pressed={isOn}
        title={isOn ? 'Switch this filter off' : 'Switch this filter on'}
        onClick={() => switchFilter(filter)}
      >
        <span class="chip-name">{name === 'q' ? 'text' : name}</span> <bdi>{shown}</bdi>
      </button>
      <button
        type="button"
        class="plain chip-remove"
        aria-label={`Remove filter ${name} ${shown}`}
        onClick={() => removeFilter(filter)}
      >
        <Glyph name="close" />
      </button>
    </span>
  )
}
