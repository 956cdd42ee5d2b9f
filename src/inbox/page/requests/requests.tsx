import type { LatencyAnswer, RequestRow } from '../../api/shapes.js'
import type { RouteSummary } from '../../data/route-summary.js'
import { Empty, NothingPasses, Refused, startLine } from '../shared/empty.js'
import { Figures } from '../shared/figures.js'
import { FilterBar } from '../shared/filter-bar.js'
import { duration, percent, short, whole } from '../shared/format.js'
import { parameter, setParameters } from '../state/address.js'
import { useCall } from '../state/call.js'
import { callParameters, filters } from '../state/filters.js'
import { isZoomed } from '../state/span.js'
import { Latency, StatusMix } from './charts.js'
import { RequestDrawer } from './request-drawer.js'
import { RequestTable } from './request-table.js'
import './requests.css'
import { RouteTable } from './route-table.js'

const SHORT_LIST = 12

export function RequestsView() {
  const query = callParameters()
  const { data: latency, error } = useCall<LatencyAnswer>(`latency?${query}`)
  const { data: routes } = useCall<{ routes: RouteSummary[] }>(`requests?${callParameters({ limit: 0 })}`)
  const { data: slowest } = useCall<{ requests: RequestRow[] }>(
    `request-rows?${callParameters({ sort: 'slowest', limit: SHORT_LIST })}`,
  )
  const { data: failed } = useCall<{ requests: RequestRow[] }>(
    `request-rows?${callParameters({ status: '5xx', limit: SHORT_LIST })}`,
  )
  const seq = parameter('seq')
  const count = latency?.summary.count ?? 0
  return (
    <div class={seq === '' ? 'view-inner' : 'view-inner with-drawer'}>
      <div class="stack">
        <FilterBar />
        {error !== undefined && <Refused reason={error} />}
        {latency !== undefined && count === 0 && <NoRequests />}
        {latency !== undefined && count > 0 && (
          <>
            <Summary summary={latency.summary} />
            <div class="columns">
              <Latency latency={latency} />
              <StatusMix latency={latency} />
            </div>
            <RouteTable routes={routes?.routes ?? []} />
            <div class="columns">
              <section class="panel" aria-label="Slowest requests">
                <header>
                  <h2>Slowest</h2>
                </header>
                <RequestTable requests={slowest?.requests ?? []} empty="No request yet." />
              </section>
              <section class="panel" aria-label="Failed requests">
                <header>
                  <h2>Failed</h2>
                </header>
                <RequestTable
                  requests={failed?.requests ?? []}
                  empty="No request was answered by 500 or above."
                />
              </section>
            </div>
          </>
        )}
      </div>
      {seq !== '' && (
        <RequestDrawer
          id={parameter('open')}
          seq={seq}
          onClose={() => setParameters({ open: '', seq: '' })}
        />
      )}
    </div>
  )
}

function Summary({ summary }: { summary: LatencyAnswer['summary'] }) {
  return (
    <Figures
      figures={[
        { name: 'Requests', value: whole(summary.count) },
        { name: 'Per minute', value: short(summary.perMinute) },
        { name: 'Error rate', value: percent(summary.errorRate), isBad: summary.errorRate >= 0.05 },
        { name: 'p50', value: duration(summary.p50) },
        { name: 'p95', value: duration(summary.p95) },
        { name: 'p99', value: duration(summary.p99) },
      ]}
    />
  )
}

function NoRequests() {
  const isFiltered = filters().some(({ isOn }) => isOn) || isZoomed()
  if (isFiltered) return <NothingPasses noun="request" />
  return (
    <Empty title="No requests yet" line={startLine()}>
      Start a server that reports to this inbox, and call it once:
    </Empty>
  )
}
