import type { RequestRow } from '../../api/shapes.js'
import { clockMs, duration } from '../shared/format.js'
import type { Column } from '../shared/table/column.js'
import { Table } from '../shared/table/table.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { address, go, linkTo } from '../state/address.js'
import { Status } from './status.js'

/** Single requests. */
export function RequestTable({ requests, empty }: { requests: readonly RequestRow[]; empty: string }) {
  if (requests.length === 0) return <p class="none quiet-text">{empty}</p>
  return (
    <Table
      label="Requests"
      columns={COLUMNS}
      rows={requests}
      keyOf={(request) => String(request.seq)}
      onOpen={(request) => go('requests', withRequest(request))}
      hasKeys={false}
    />
  )
}

const COLUMNS: readonly Column<RequestRow>[] = [
  {
    name: 'path',
    title: 'Request',
    cell: (request) => (
      <Link to={linkTo('requests', withRequest(request))} class="mono">
        <b>
          <Text>{request.method}</Text>
        </b>{' '}
        <Text>{request.path}</Text>
      </Link>
    ),
  },
  {
    name: 'status',
    title: 'Status',
    width: '64px',
    cell: (request) => <Status status={request.status_code} />,
  },
  {
    name: 'duration',
    title: 'Duration',
    width: '80px',
    isNumber: true,
    cell: (request) => duration(request.duration_ms),
  },
  {
    name: 'time',
    title: 'Time',
    width: '108px',
    isExtra: true,
    cell: (request) => <span class="mono quiet-text">{clockMs(request.time)}</span>,
  },
]

/** The parameters that open a request over the present list of requests. */
export function withRequest(request: RequestRow): URLSearchParams {
  const { view, parameters } = address.peek()
  const next = new URLSearchParams(view === 'requests' ? parameters : undefined)
  next.set('open', request.request_id ?? '')
  next.set('seq', String(request.seq))
  return next
}
