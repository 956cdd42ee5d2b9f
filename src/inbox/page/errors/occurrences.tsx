import type { LogRow } from '../../api/shapes.js'
import { clockMs, shortId } from '../shared/format.js'
import type { Column } from '../shared/table/column.js'
import { Table } from '../shared/table/table.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { address, linkTo, setParameters } from '../state/address.js'

/** The logs of a group; the selected one is shown in full beside the list. */
export function Occurrences({ rows, open }: { rows: readonly LogRow[]; open: string }) {
  return (
    <div class="occurrences">
      <Table
        label="Occurrences, the newest first"
        columns={COLUMNS}
        rows={rows}
        keyOf={(row) => String(row.seq)}
        openKey={open}
        onOpen={(row) => setParameters({ log: String(row.seq) }, false)}
      />
    </div>
  )
}

const COLUMNS: readonly Column<LogRow>[] = [
  {
    name: 'time',
    title: 'Time',
    cell: (row) => (
      <Link to={linkTo('errors', withLog(row.seq))} class="mono">
        {clockMs(row.time)}
      </Link>
    ),
  },
  {
    name: 'service',
    title: 'Service',
    isExtra: true,
    cell: (row) => <Text>{row.service ?? '–'}</Text>,
  },
  { name: 'user', title: 'User', cell: (row) => (row.user === undefined ? '–' : <Text>{row.user}</Text>) },
  {
    name: 'trace',
    title: 'Trace',
    cell: (row) =>
      row.trace === undefined ? (
        '–'
      ) : (
        <Link to={linkTo('traces', { trace: row.trace })}>{shortId(row.trace)}</Link>
      ),
  },
]

function withLog(seq: number): URLSearchParams {
  const parameters = new URLSearchParams(address.peek().parameters)
  parameters.set('log', String(seq))
  return parameters
}
