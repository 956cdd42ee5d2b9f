import { memo } from 'preact/compat'
import type { LogRow } from '../../api/shapes.js'
import { FilterValue } from '../shared/filter-value.js'
import { clockMs, shortId } from '../shared/format.js'
import { Level } from '../shared/level.js'
import { visible } from '../shared/text.js'

export const ROW_HEIGHT = 26

export function LogHeader() {
  return (
    <div class="log-line log-header" role="rowgroup">
      <div role="row" class="cells">
        {['Time', 'Level', 'Service', 'Message', 'Trace'].map((name) => (
          <span key={name} role="columnheader" class={`c-${name.toLowerCase()}`}>
            {name}
          </span>
        ))}
      </div>
    </div>
  )
}

/** For a summary of held-back errors: how many errors the log stands for. */
export function Repeats({ row: { repeats } }: { row: LogRow }) {
  if (repeats === undefined || repeats === 1) return null
  return (
    <span class="quiet-text" title={`Stands for ${repeats} errors of the same kind`}>
      {' '}
      ×{repeats}
    </span>
  )
}

interface LineProps {
  row: LogRow
  index: number
  isSelected: boolean
  onOpen: (row: LogRow) => void
}

/** One log as a row of the list. A click on a value filters by the value; a click elsewhere opens the log. */
export const LogLine = memo(function LogLine({ row, index, isSelected, onOpen }: LineProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list answers j, k and Enter
    <div
      class={`log-line cells ${row.level}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      onClick={() => onOpen(row)}
    >
      <span role="gridcell" class="c-time">
        {clockMs(row.time)}
      </span>
      <span role="gridcell" class="c-level">
        <FilterValue name="level" value={row.level} inTable>
          <Level level={row.level} />
        </FilterValue>
      </span>
      <span role="gridcell" class="c-service">
        {row.service !== undefined && <FilterValue name="service" value={row.service} inTable />}
      </span>
      <span role="gridcell" class="c-message">
        <bdi class="isolate">
          {row.error !== undefined && <b>{visible(row.error)} </b>}
          {visible(row.message)}
        </bdi>
        <Repeats row={row} />
        {row.fields?.map((field) => (
          <span key={field} class="c-field">
            {visible(field)}
          </span>
        ))}
      </span>
      <span role="gridcell" class="c-trace">
        {row.trace !== undefined ? (
          <FilterValue name="trace" value={row.trace} shown={shortId(row.trace)} inTable />
        ) : (
          row.request !== undefined && (
            <FilterValue name="request" value={row.request} shown={shortId(row.request)} inTable />
          )
        )}
      </span>
    </div>
  )
}, isSame)

function isSame(a: LineProps, b: LineProps): boolean {
  return a.row === b.row && a.index === b.index && a.isSelected === b.isSelected && a.onOpen === b.onOpen
}
