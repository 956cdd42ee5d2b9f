import type { Client } from '../../data/clients.js'
import type { GatewayReport } from '../../data/gateway-reports.js'
import type { Report } from '../../data/reports.js'
import type { Totals } from '../../data/totals.js'
import { faults } from '../faults/state.js'
import { CallsChart } from '../shared/calls-chart.js'
import { Empty, startLine } from '../shared/empty.js'
import { Figures } from '../shared/figures.js'
import { bytes, whole } from '../shared/format.js'
import { useCall } from '../state/call.js'
import { ClientRow } from './client-row.js'
import { Drops, lostIn } from './drops.js'
import { GatewayRow } from './gateway-row.js'
import './health.css'
import { Unseen } from './unseen.js'

interface ClientsAnswer {
  clients: Client[]
  reports: Report[]
  gateways: GatewayReport[]
}

type Stats = Totals & { held: { logs: number; requests: number; bytes: number } }

/** The clients of the inbox. */
export function HealthView() {
  const { data } = useCall<ClientsAnswer>('clients')
  const { data: stats } = useCall<Stats>('stats')
  const { clients = [], reports = [], gateways = [] } = data ?? {}
  const ofAll = [...reports, ...gateways]
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
            ...(ofAll.length === 0
              ? []
              : [{ name: 'Lost by clients', value: whole(lostIn(ofAll)), isBad: lostIn(ofAll) > 0 }]),
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
          <Drops reports={ofAll} />
          <div class="panel clients">
            {gateways.map((report) => (
              <GatewayRow key={`gateway ${report.service}`} report={report} />
            ))}
            {clients.map((client) => (
              <ClientRow
                key={`${client.service} ${client.userAgent}`}
                client={client}
                report={reports.find(({ service }) => service === client.service)}
              />
            ))}
          </div>
          <Unseen
            sampleRates={faults.value?.sampleRates}
            silent={clients.flatMap(({ service }) =>
              ofAll.some((report) => report.service === service) ? [] : service,
            )}
            hasGateway={gateways.length > 0}
          />
        </>
      )}
    </div>
  )
}
