import type { TraceSummary } from '../../api/shapes.js'
import { Ago } from '../shared/ago.js'
import { Badge } from '../shared/badge.js'
import { Empty, Refused } from '../shared/empty.js'
import { FilterBar } from '../shared/filter-bar.js'
import { duration, shortId, whole } from '../shared/format.js'
import { logarithmic } from '../shared/logarithmic.js'
import type { Column } from '../shared/table/column.js'
import { Table } from '../shared/table/table.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { go, linkTo } from '../state/address.js'
import { useCall } from '../state/call.js'
import { callParameters } from '../state/filters.js'
import { TraceDots } from './trace-dots.js'

const LIMIT = 200

/** The traces that logs refer to. */
export function TraceList() {
  const { data, error } = useCall<{ traces: TraceSummary[] }>(`traces?${callParameters({ limit: LIMIT })}`)
  const traces = data?.traces ?? []
  const placeOf = logarithmic(traces.flatMap(({ from, to }) => (to > from ? [to - from] : [])))
  return (
    <>
      <FilterBar />
      {error !== undefined && <Refused reason={error} />}
      {traces.length > 0 && <TraceDots traces={traces} />}
      <section class="panel" aria-label="Traces">
        {data !== undefined && traces.length === 0 ? (
          <Empty title="No traces" line="import '@lognitor/opentelemetry/register'">
            Logs that are written within a span carry its trace. This line, before all others, sets that up:
          </Empty>
        ) : (
          <Table
            label="Traces, the last heard of first"
            columns={columnsWith(placeOf)}
            rows={traces}
            keyOf={({ trace }) => trace}
            onOpen={({ trace }) => go('traces', { trace })}
            sortParameter="sort"
          />
        )}
      </section>
    </>
  )
}

function columnsWith(placeOf: (ms: number) => number): Column<TraceSummary>[] {
  return [
    {
      name: 'name',
      title: 'Trace',
      cell: ({ trace, name }) => (
        <Link to={linkTo('traces', { trace })} class="mono">
          <Text>{name}</Text>
        </Link>
      ),
    },
    {
      name: 'id',
      title: 'Id',
      width: '92px',
      isExtra: true,
      cell: ({ trace }) => <span class="mono quiet-text">{shortId(trace)}</span>,
    },
    {
      name: 'length',
      title: 'Length',
      width: '20%',
      sortBy: ({ from, to }) => to - from,
      cell: ({ from, to }) => (
        <span class="length">
          <span class="length-bar" aria-hidden="true">
            {to > from && <i style={{ width: `${placeOf(to - from)}%` }} />}
          </span>
          <span class="length-text">{to > from ? duration(to - from) : '–'}</span>
        </span>
      ),
    },
    {
      name: 'logs',
      title: 'Logs',
      width: '60px',
      isNumber: true,
      isExtra: true,
      sortBy: ({ logs }) => logs,
      cell: ({ logs }) => whole(logs),
    },
    {
      name: 'errors',
      title: 'Errors',
      width: '66px',
      isNumber: true,
      sortBy: ({ errors }) => errors,
      cell: ({ errors }) =>
        errors > 0 ? <Badge kind="bad">{whole(errors)}</Badge> : <span class="quiet-text">0</span>,
    },
    {
      name: 'services',
      title: 'Services',
      width: '160px',
      isExtra: true,
      cell: ({ services }) => <Text>{services.join(', ')}</Text>,
    },
    {
      name: 'time',
      title: 'Began',
      width: '100px',
      isExtra: true,
      sortBy: ({ from }) => from,
      cell: ({ from }) => <Ago time={from} />,
    },
  ]
}
