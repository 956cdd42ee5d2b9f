import { useEffect, useMemo, useState } from 'preact/hooks'
import type { LogRow, VolumeAnswer } from '../../api/shapes.js'
import { Empty, NothingPasses, Refused, startLine } from '../shared/empty.js'
import { FilterBar } from '../shared/filter-bar.js'
import { VirtualList } from '../shared/virtual-list.js'
import { VolumeChart } from '../shared/volume-chart.js'
import { address, parameter, setParameters } from '../state/address.js'
import { useCall } from '../state/call.js'
import { callParameters, filters } from '../state/filters.js'
import { useKeys } from '../state/keys.js'
import { ColumnMenu } from './column-menu.js'
import { askedColumns, columns, restoreColumns } from './columns.js'
import { LogDrawer } from './detail/drawer.js'
import { LogHeader, LogLine, ROW_HEIGHT, widthsOf } from './line.js'
import './logs.css'
import { openRows, type Rows } from './rows.js'
import { Tail } from './tail.js'

/** Time, level and message. */
const FIXED_COLUMNS = 3

export function LogsView() {
  const query = callParameters()
  const shown = useColumns()
  const rows = useRows(withColumns(query, askedColumns()), !address.value.parameters.has('to'))
  const { data: volume } = useCall<VolumeAnswer>(`volume?${query}`)
  const [selected, setSelected] = useState<number>()
  const open = parameter('log')
  const list = useList(rows, selected, setSelected)
  return (
    <div class={open === '' ? 'logs-view' : 'logs-view opened'}>
      <FilterBar withLevels>
        <ColumnMenu rows={rows} />
      </FilterBar>
      {volume === undefined ? (
        <section class="panel" aria-label="Volume" />
      ) : (
        <VolumeChart
          title="Volume"
          volume={volume}
          withLegend={false}
          actions={rows && <Tail rows={rows} total={volume.total} onResume={list.toTop} />}
        />
      )}
      <div class="logs-body">
        <section class="panel logs-list" aria-label="Logs" style={widthsOf(shown)}>
          {rows !== undefined && rows.count === 0 && !rows.isLoading ? (
            <NoLogs error={rows.error} />
          ) : (
            <VirtualList
              key={list.epoch}
              label="Logs, the newest first"
              count={rows?.count ?? 0}
              columns={FIXED_COLUMNS + shown.length}
              rowHeight={ROW_HEIGHT}
              {...(list.index !== undefined && { selected: list.index })}
              header={<LogHeader columns={shown} />}
              renderRow={(index) => {
                const row = rows?.at(index)
                if (row === undefined) return null
                return (
                  <LogLine
                    key={row.seq}
                    row={row}
                    columns={shown}
                    index={index}
                    isSelected={row.seq === selected || String(row.seq) === open}
                    onOpen={list.open}
                  />
                )
              }}
              onTop={list.onTop}
            />
          )}
        </section>
        {open !== '' && <LogDrawer seq={open} onClose={() => setParameters({ log: '' })} />}
      </div>
    </div>
  )
}

/** The chosen columns: the same list as long as the choice is the same. */
function useColumns(): readonly string[] {
  const isInAddress = address.value.parameters.has('columns')
  useEffect(() => {
    if (!isInAddress) restoreColumns()
  }, [isInAddress])
  const shown = columns()
  return useMemo(() => shown, [shown.join()])
}

function withColumns(query: string, names: readonly string[]): string {
  const parameters = new URLSearchParams(query)
  for (const name of names) parameters.append('column', name)
  return parameters.toString()
}

/** The rows of a query; a component that reads them follows their changes. */
function useRows(query: string, follows: boolean): Rows | undefined {
  const [rows, setRows] = useState<Rows>()
  useEffect(() => {
    const opened = openRows(query, follows)
    setRows(opened)
    return () => opened.close()
  }, [query, follows])
  void rows?.version.value
  return rows
}

/** Movement within the list: keys, opened rows, and the pause while the list is not at its top. */
function useList(rows: Rows | undefined, selected: number | undefined, select: (seq: number) => void) {
  const [epoch, setEpoch] = useState(0)
  const [isByKey, setByKey] = useState(false)
  const index = selected === undefined ? undefined : rows?.indexOf(selected)
  const open = (row: LogRow) => {
    select(row.seq)
    setByKey(false)
    rows?.pause()
    setParameters({ log: String(row.seq) }, parameter('log') === '')
  }
  const move = (by: number) => {
    const next = rows?.at(index === undefined ? 0 : Math.max(0, index + by))
    if (next === undefined) return
    rows?.pause()
    setByKey(true)
    select(next.seq)
    if (parameter('log') !== '') setParameters({ log: String(next.seq) }, false)
  }
  const enter = () => {
    const row = index === undefined ? undefined : rows?.at(index)
    if (row !== undefined) open(row)
  }
  const switchPause = () => (rows?.isPaused ? toTop() : rows?.pause())
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: enter,
    p: switchPause,
  })
  return { index: isByKey ? index : undefined, open, toTop, onTop, epoch }

  /** Follows new logs again, from the top of a new list. */
  function toTop(): void {
    rows?.resume()
    setEpoch(epoch + 1)
  }

  function onTop(isAtTop: boolean): void {
    if (!isAtTop) rows?.pause()
  }
}

function NoLogs({ error }: { error: string | undefined }) {
  if (error !== undefined) return <Refused reason={error} />
  const isFiltered = filters().some(({ isOn }) => isOn) || address.value.parameters.has('from')
  if (isFiltered) return <NothingPasses noun="log" />
  return (
    <Empty title="No logs yet" line={startLine()}>
      Start a program that reports to this inbox. What it logs is here at once:
    </Empty>
  )
}
