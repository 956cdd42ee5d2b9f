import { useState } from 'preact/hooks'
import { parameter, setParameters } from '../../state/address.js'
import { useKeys } from '../../state/keys.js'
import type { Column } from './column.js'
import { sorted } from './sort.js'
import './table.css'

interface TableProps<T> {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
  readonly onOpen?: (row: T) => void
  readonly openKey?: string
  /** Name of the address's parameter for the sort column; without it the rows are not sorted. */
  readonly sortParameter?: string
  /** Whether the keys move within this table. Only one table of a view can have the keys. */
  readonly hasKeys?: boolean
}

/** A table whose rows open by click and by keyboard. */
export function Table<T>({
  label,
  columns,
  rows,
  keyOf,
  onOpen,
  openKey,
  sortParameter,
  hasKeys = true,
}: TableProps<T>) {
  const sort = sortParameter === undefined ? '' : parameter(sortParameter)
  const shown = sorted(rows, columns, sort)
  const selected = useSelection(shown, keyOf, hasKeys ? onOpen : undefined, openKey)
  return (
    <table class="table" aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <Heading key={column.name} column={column} sort={sort} sortParameter={sortParameter} />
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => {
          const key = keyOf(row)
          const isCurrent = key === selected || key === openKey
          return (
            <tr
              key={key}
              class={`${onOpen === undefined ? '' : 'opens'} ${isCurrent ? 'current' : ''}`}
              data-current={isCurrent || undefined}
              onClick={onOpen && ((event) => isPlain(event) && onOpen(row))}
            >
              {columns.map(({ name, cell, isNumber, isExtra }) => (
                <td key={name} class={`${isNumber ? 'number' : ''} ${isExtra ? 'extra' : ''}`}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Heading<T>(props: { column: Column<T>; sort: string; sortParameter: string | undefined }) {
  const { column, sort, sortParameter } = props
  const { name, title, isNumber, isExtra, sortBy, width } = column
  const direction = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : 'none'
  const classes = `${isNumber ? 'number' : ''} ${isExtra ? 'extra' : ''}`
  const style = width === undefined ? undefined : { width }
  if (sortBy === undefined || sortParameter === undefined)
    return (
      <th scope="col" class={classes} style={style}>
        {title}
      </th>
    )
  const next = direction === 'descending' ? name : direction === 'ascending' ? '' : `-${name}`
  return (
    <th scope="col" class={classes} style={style} aria-sort={direction}>
      <button type="button" class="plain" onClick={() => setParameters({ [sortParameter]: next })}>
        {title} <span aria-hidden="true">{{ ascending: '↑', descending: '↓', none: '' }[direction]}</span>
      </button>
    </th>
  )
}

/** The row that is selected by keyboard. */
function useSelection<T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  onOpen: ((row: T) => void) | undefined,
  openKey: string | undefined,
): string | undefined {
  const [selected, select] = useState<string>()
  const at = rows.findIndex((row) => keyOf(row) === (selected ?? openKey))
  const move = (by: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))]
    if (next === undefined) return
    select(keyOf(next))
    if (openKey !== undefined && openKey !== '') onOpen?.(next)
    setTimeout(() => document.querySelector('[data-current]')?.scrollIntoView({ block: 'nearest' }))
  }
  const enter = () => {
    const row = rows[at]
    if (row !== undefined) onOpen?.(row)
  }
  const isIdle = onOpen === undefined
  useKeys(
    isIdle
      ? {}
      : {
          j: () => move(1),
          k: () => move(-1),
          ArrowDown: () => move(1),
          ArrowUp: () => move(-1),
          Enter: enter,
        },
  )
  return isIdle ? undefined : selected
}

/** Whether a click is on the row itself, not on a link or button in it. */
function isPlain({ target }: MouseEvent): boolean {
  return !(target as Element).closest('a, button')
}
