import type { Monitor } from '../../data/monitors.js'
import { Ago } from '../shared/ago.js'
import { clockMs, counted, length } from '../shared/format.js'
import type { Column } from '../shared/table/column.js'
import { Table } from '../shared/table/table.js'
import { missedBetween } from './beats.js'

const SHOWN = 5

interface Ping {
  readonly index: number
  readonly time: number
  readonly afterMs: number | undefined
  readonly missed: number
}

/** The newest pings, each with the time since the one before. */
export function LastPings({ monitor: { token, pings, intervalMs } }: { monitor: Monitor }) {
  const rows = pings.map((time, index): Ping => {
    const before = pings[index - 1]
    if (before === undefined) return { index, time, afterMs: undefined, missed: 0 }
    const missed = intervalMs === null ? 0 : missedBetween(before, time, intervalMs).length
    return { index, time, afterMs: time - before, missed }
  })
  return (
    <Table
      label={`The last pings of ${token}`}
      columns={COLUMNS}
      rows={rows.slice(-SHOWN).reverse()}
      keyOf={({ index }) => String(index)}
      hasKeys={false}
    />
  )
}

const COLUMNS: readonly Column<Ping>[] = [
  { name: 'time', title: 'Last pings', cell: ({ time }) => <span class="mono">{clockMs(time)}</span> },
  { name: 'ago', title: 'Age', cell: ({ time }) => <Ago time={time} /> },
  {
    name: 'after',
    title: 'After',
    isNumber: true,
    cell: ({ afterMs }) => (afterMs === undefined ? '–' : length(afterMs)),
  },
  {
    name: 'missed',
    title: 'Missed before',
    isNumber: true,
    cell: ({ missed }) =>
      missed === 0 ? (
        <span class="quiet-text">none</span>
      ) : (
        <span class="bad">{counted(missed, 'ping')}</span>
      ),
  },
]
