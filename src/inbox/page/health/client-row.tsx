import type { Client } from '../../data/clients.js'
import type { Report } from '../../data/reports.js'
import { Ago } from '../shared/ago.js'
import { Badge } from '../shared/badge.js'
import { bytes, counted, length, whole } from '../shared/format.js'
import { Sparkline } from '../shared/sparkline.js'
import { Text } from '../shared/text.js'
import { lostIn } from './drops.js'
import { Fact } from './fact.js'

/** One client: the results of its calls, and the age of its entries on arrival. */
export function ClientRow({ client, report }: { client: Client; report: Report | undefined }) {
  const { statuses, calls, entries, waits } = client
  // A 422 accepts the valid entries of a batch; rejected ones are counted separately.
  const failed = Object.entries(statuses).filter(([status]) => !status.startsWith('2') && status !== '422')
  const failures = failed.reduce((sum, [, count]) => sum + count, 0)
  const waited = waits.at(-1)
  return (
    <section class="client" aria-label={`Client ${client.service}`}>
      <div class="client-head">
        <h2>
          <Text>{client.service === '' ? 'no service' : client.service}</Text>
        </h2>
        {failures === 0 ? (
          <Badge kind="good">✓ all calls taken</Badge>
        ) : (
          <Badge kind="warn">▲ {counted(failures, 'failed call')}</Badge>
        )}
        <p class="quiet-text">
          <Text>{client.sdk ?? client.userAgent}</Text>
          {client.version !== null && (
            <>
              {', version '}
              <Text>{client.version}</Text>
            </>
          )}
          {client.hostnames.length > 0 && (
            <>
              {', hosts '}
              <Text>{client.hostnames.join(', ')}</Text>
            </>
          )}
        </p>
      </div>
      <div class="client-waits">
        <Sparkline counts={waits} label={`How long entries had waited, the last ${waits.length} calls`} />
        <span class="quiet-text">
          {waited === undefined ? 'nothing waited' : `the last call: ${length(waited)} in its queue`}
        </span>
      </div>
      <dl class="client-facts">
        <Fact name="last call">
          <Ago time={client.lastCall} />
        </Fact>
        <Fact name="calls">{whole(calls)}</Fact>
        <Fact name="entries">{whole(entries)}</Fact>
        <Fact name="bytes">{bytes(client.bytes)}</Fact>
        <Fact name="sent again" isBad={client.retries > 0}>
          {whole(client.retries)}
        </Fact>
        <Fact name="refused" isBad={client.rejected > 0}>
          {whole(client.rejected)}
        </Fact>
        <Fact name="held back">{whole(client.heldBack)}</Fact>
        <Fact name="answers">
          {Object.entries(statuses)
            .map(([status, count]) => `${status === '0' ? 'cut off' : status} × ${whole(count)}`)
            .join(', ')}
        </Fact>
      </dl>
      {report !== undefined && <Reported report={report} />}
    </section>
  )
}

/** What the client says of itself. */
function Reported({ report }: { report: Report }) {
  const { at, queued, inFlight, spooled, dropped, holding } = report
  const reasons = Object.entries(dropped).filter(([, count]) => count > 0)
  return (
    <p class="client-report">
      <span class="quiet-text">
        It says, <Ago time={at} />:
      </span>{' '}
      {reasons.length === 0 ? (
        'nothing dropped'
      ) : (
        <b class={lostIn([report]) > 0 ? 'bad' : ''}>
          dropped <Text>{reasons.map(([reason, count]) => `${whole(count)} × ${reason}`).join(', ')}</Text>
        </b>
      )}
      , {whole(queued)} queued, {whole(inFlight)} in flight, {whole(spooled)} on disk
      {holding !== null && (
        <b class="bad">
          , sends nothing: <Text>{holding}</Text>
        </b>
      )}
    </p>
  )
}
