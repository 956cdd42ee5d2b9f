import type { Client } from '../../data/clients.js'
import type { Report } from '../../data/reports.js'
import type { Totals } from '../../data/totals.js'
import { faults } from '../faults/state.js'
import { CallsChart } from '../shared/calls-chart.js'
import { Empty, startLine } from '../shared/empty.js'
import { Figures } from '../shared/figures.js'
import { bytes, whole } from '../shared/format.js'
import { useCall } from '../state/call.js'
import { ClientRow } from './client-row.js'
import './health.css'
import { Unseen } from './unseen.js'

type Stats = Totals & { held: { logs: number; requests: number; bytes: number } }

/** The clients of the inbox. */
export function HealthView() {
  const { data } = useCall<{ clients: Client[]; reports: Report[] }>('clients')
  const { data: stats } = useCall<Stats>('stats')
  const clients = data?.clients ?? []
  return (
    <div class="view-inner">
      {stats !== undefined && (
        <Figures
          figures={[
            { name: 'Logs taken', value: whole(stats.logs) },
            { name: 'Requests taken', value: whole(stats.requests) },
            { name: 'Batches', value: whole(stats.batches) },
            { name: 'Sent again', value: whole(stats.duplicateBatches) },
            {
              name: 'Refused entries',
              value: whole(stats.rejected + stats.rejectedRequests),
              isBad: stats.rejected > 0,
            },
            { name: 'Refused keys', value: whole(stats.unauthorized), isBad: stats.unauthorized > 0 },
            { name: 'Hit by faults', value: whole(stats.faulted) },
            { name: 'Held', value: bytes(stats.held.bytes) },
          ]}
        />
      )}
      {data !== undefined && clients.length === 0 ? (
        <Empty title="No client has called yet" line={startLine()}>
          Each program that sends here has its place here, with its retries, refusals and delays:
        </Empty>
      ) : (
        <>
          <CallsChart />
          <div class="panel clients">
            {clients.map((client) => (
              <ClientRow
                key={`${client.service} ${client.userAgent}`}
                client={client}
                report={data?.reports.find(({ service }) => service === client.service)}
              />
            ))}
          </div>
          <Unseen sampleRates={faults.value?.sampleRates} />
        </>
      )}
    </div>
  )
}
