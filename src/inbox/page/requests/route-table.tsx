import type { RouteSummary } from '../../data/route-summary.js'
import { duration, percent, whole } from '../shared/format.js'
import type { Column } from '../shared/table/column.js'
import { Table } from '../shared/table/table.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { address, go, linkTo } from '../state/address.js'

/** Requests by method and route. A row shows its own requests only. */
export function RouteTable({ routes }: { routes: readonly RouteSummary[] }) {
  const slowest = Math.max(1, ...routes.map(({ p95 }) => p95))
  return (
    <section class="panel" aria-label="Routes">
      <header>
        <h2>Routes</h2>
        <span class="quiet-text">{whole(routes.length)}</span>
      </header>
      <Table
        label="Requests by route"
        columns={columnsWith(slowest)}
        rows={routes}
        keyOf={({ method, route }) => `${method} ${route}`}
        onOpen={(summary) => go('requests', withRoute(summary))}
        sortParameter="sort"
      />
    </section>
  )
}

function columnsWith(slowest: number): Column<RouteSummary>[] {
  return [
    {
      name: 'route',
      title: 'Route',
      sortBy: ({ route }) => route,
      cell: (summary) => (
        <Link to={linkTo('requests', withRoute(summary))} class="mono">
          <b>
            <Text>{summary.method}</Text>
          </b>{' '}
          <Text>{summary.route}</Text>
        </Link>
      ),
    },
    {
      name: 'spread',
      title: 'p50 to p95',
      width: '18%',
      isExtra: true,
      cell: ({ p50, p95 }) => (
        <span class="spread" aria-hidden="true">
          <i style={{ width: `${(p95 / slowest) * 100}%` }} />
          <i class="half" style={{ width: `${(p50 / slowest) * 100}%` }} />
        </span>
      ),
    },
    {
      name: 'count',
      title: 'Count',
      width: '74px',
      isNumber: true,
      sortBy: ({ count }) => count,
      cell: ({ count }) => whole(count),
    },
    {
      name: 'errors',
      title: 'Errors',
      width: '74px',
      isNumber: true,
      sortBy: ({ errorRate }) => errorRate,
      cell: ({ errorRate }) => <span class={errorRate > 0 ? 'bad' : 'quiet-text'}>{percent(errorRate)}</span>,
    },
    {
      name: 'p50',
      title: 'p50',
      width: '82px',
      isNumber: true,
      isExtra: true,
      sortBy: ({ p50 }) => p50,
      cell: ({ p50 }) => duration(p50),
    },
    {
      name: 'p95',
      title: 'p95',
      width: '82px',
      isNumber: true,
      sortBy: ({ p95 }) => p95,
      cell: ({ p95 }) => duration(p95),
    },
    {
      name: 'p99',
      title: 'p99',
      width: '82px',
      isNumber: true,
      isExtra: true,
      sortBy: ({ p99 }) => p99,
      cell: ({ p99 }) => duration(p99),
    },
  ]
}

function withRoute({ method, route }: RouteSummary): URLSearchParams {
  const next = new URLSearchParams(address.peek().parameters)
  next.set('route', route)
  next.set('method', method)
  return next
}
