import { memo } from 'preact/compat'
import { OF_METADATA } from '../../api/columns.js'
import type { LogRow } from '../../api/shapes.js'
import { FilterValue } from '../shared/filter-value.js'
import { clockMs, shortId } from '../shared/format.js'
import { Level } from '../shared/level.js'
import { Text, visible } from '../shared/text.js'
import { filterOf, textOf, titleOf } from './columns.js'

export const ROW_HEIGHT = 26
/** The inbox cuts texts at this length. */
const CUT = 200

/** Columns that stand behind the message. */
const LAST = ['trace', 'request']
const isLast = (name: string) => LAST.includes(name)
const isFirst = (name: string) => !isLast(name)

/** The widths of the columns, for the list around the rows. */
export function widthsOf(columns: readonly string[]): Record<string, string> {
  const first = columns.filter(isFirst).map(() => 'minmax(60px, 116px)')
  const last = columns.filter(isLast).map(() => '76px')
  return { '--columns': ['92px 58px', ...first, 'minmax(0, 1fr)', ...last].join(' ') }
}

export function LogHeader({ columns }: { columns: readonly string[] }) {
  const names = ['time', 'level', ...columns.filter(isFirst), 'message', ...columns.filter(isLast)]
  return (
    <div class="log-line log-header" role="rowgroup">
      <div role="row" class="cells">
        {names.map((name) => (
          <span key={name} role="columnheader" class={columns.includes(name) ? 'c-chosen' : `c-${name}`}>
            {visible(titleOf(name))}
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
  /** The chosen columns. */
  columns: readonly string[]
  index: number
  isSelected: boolean
  onOpen: (row: LogRow) => void
}

/** One log as a row of the list. A click on a value filters by the value; a click elsewhere opens the log. */
export const LogLine = memo(function LogLine({ row, columns, index, isSelected, onOpen }: LineProps) {
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
      {columns.filter(isFirst).map((name) => (
        <Chosen key={name} row={row} name={name} />
      ))}
      <span role="gridcell" class="c-message">
        <bdi class="isolate">
          {row.error !== undefined && <b>{visible(row.error)} </b>}
          {visible(row.message)}
        </bdi>
        <Repeats row={row} />
        {row.fields?.map((field) =>
          columns.includes(OF_METADATA + field.slice(0, field.indexOf('='))) ? null : (
            <span key={field} class="c-field">
              {visible(field)}
            </span>
          ),
        )}
      </span>
      {columns.filter(isLast).map((name) => (
        <Chosen key={name} row={row} name={idFor(name, row, columns)} />
      ))}
    </div>
  )
}, isSame)

/** A log without a trace shows its request instead. */
function idFor(name: string, row: LogRow, columns: readonly string[]): string {
  return name === 'trace' && row.trace === undefined && !columns.includes('request') ? 'request' : name
}

/** The cell of a chosen column. A text that may be cut is not a filter. */
function Chosen({ row, name }: { row: LogRow; name: string }) {
  const text = textOf(row, name)
  return (
    <span role="gridcell" class={isLast(name) ? 'c-chosen c-id' : 'c-chosen'}>
      {text !== undefined &&
        (text.length < CUT && name !== 'tags' ? (
          <FilterValue
            name={filterOf(name, text)[0]}
            value={filterOf(name, text)[1]}
            shown={isLast(name) ? shortId(text) : text}
            inTable
          />
        ) : (
          <Text>{text}</Text>
        ))}
    </span>
  )
}

function isSame(a: LineProps, b: LineProps): boolean {
  return (
    a.row === b.row &&
    a.columns === b.columns &&
    a.index === b.index &&
    a.isSelected === b.isSelected &&
    a.onOpen === b.onOpen
  )
}
