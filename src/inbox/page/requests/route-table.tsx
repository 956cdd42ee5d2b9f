import type { RouteSummary } from '../../data/route-summary.js'
import { duration, percent, whole } from '../shared/format.js'
import { logarithmic } from '../shared/logarithmic.js'
import type { Column } from '../shared/table/column.js'
import { Table } from '../shared/table/table.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { address, go, linkTo } from '../state/address.js'

/** Requests by method and route. A row shows its own requests only. */
export function RouteTable({ routes }: { routes: readonly RouteSummary[] }) {
  const placeOf = logarithmic(routes.flatMap(({ p50, p99 }) => [p50, p99]))
  return (
    <section class="panel" aria-label="Routes">
      <header>
        <h2>Routes</h2>
        <span class="quiet-text">{whole(routes.length)}</span>
      </header>
      <Table
        label="Requests by route"
        columns={columnsWith(placeOf)}
        rows={routes}
        keyOf={({ method, route }) => `${method} ${route}`}
        onOpen={(summary) => go('requests', withRoute(summary))}
        sortParameter="sort"
      />
    </section>
  )
}

function columnsWith(placeOf: (ms: number) => number): Column<RouteSummary>[] {
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
      title: 'p50 – p95 – p99',
      width: '22%',
      isExtra: true,
      cell: ({ p50, p95, p99 }) => (
        <span class="spread" aria-hidden="true">
          <i style={{ left: `${placeOf(p50)}%`, right: `${100 - placeOf(p99)}%` }} />
          <i class="most" style={{ left: `${placeOf(p50)}%`, right: `${100 - placeOf(p95)}%` }} />
          <i class="half" style={{ left: `${placeOf(p50)}%` }} />
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
