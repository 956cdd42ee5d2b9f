import type { Client } from '../../data/clients.js'
import { Ago } from '../shared/ago.js'
import { Badge } from '../shared/badge.js'
import { Fields } from '../shared/fields.js'
import { bytes, counted, length, percent, whole } from '../shared/format.js'
import { Sparkline } from '../shared/sparkline.js'
import { Text } from '../shared/text.js'

/** One client: the results of its calls, and the age of its entries on arrival. */
export function ClientCard({
  client,
  sampleRates,
}: {
  client: Client
  sampleRates: Readonly<Record<string, number>>
}) {
  const { statuses, calls, entries, waits } = client
  // A 422 accepts the valid entries of a batch; rejected ones are counted separately.
  const failed = Object.entries(statuses).filter(([status]) => !status.startsWith('2') && status !== '422')
  const failures = failed.reduce((sum, [, count]) => sum + count, 0)
  const waited = waits.at(-1)
  return (
    <section class="panel client" aria-label={`Client ${client.service}`}>
      <header>
        <h2>
          <Text>{client.service === '' ? 'no service' : client.service}</Text>
        </h2>
        <span class="quiet-text">
          <Text>{client.sdk ?? client.userAgent}</Text>
        </span>
        {failures === 0 ? (
          <Badge kind="good">✓ all calls taken</Badge>
        ) : (
          <Badge kind="warn">▲ {counted(failures, 'failed call')}</Badge>
        )}
      </header>
      <div class="client-waits">
        <Sparkline counts={waits} label={`How long entries had waited, the last ${waits.length} calls`} />
        <span class="quiet-text">
          {waited === undefined ? 'nothing waited' : `waited ${length(waited)} in its queue`}
        </span>
      </div>
      <div class="client-fields">
        <Fields
          fields={[
            ['last call', <Ago key="last" time={client.lastCall} />],
            ['calls', whole(calls)],
            ['entries', `${whole(entries)}, ${(entries / Math.max(1, calls)).toFixed(1)} a call`],
            ['bytes', bytes(client.bytes)],
            ['sent again', whole(client.retries)],
            ['refused', whole(client.rejected)],
            ['held back', `${whole(client.heldBack)} repeated errors`],
            ['version', client.version === null ? undefined : <Text key="v">{client.version}</Text>],
            [
              'hosts',
              client.hostnames.length === 0 ? undefined : <Text key="h">{client.hostnames.join(', ')}</Text>,
            ],
            [
              'answers',
              Object.entries(statuses)
                .map(([status, count]) => `${status === '0' ? 'cut off' : status} × ${whole(count)}`)
                .join(', '),
            ],
            ['sample rates', ratesOf(sampleRates)],
          ]}
        />
      </div>
    </section>
  )
}

/** The sample rates that the inbox sends to clients. */
function ratesOf(rates: Readonly<Record<string, number>>): string {
  const told = Object.entries(rates).map(([level, rate]) => `${level} ${percent(rate)}`)
  return told.length === 0 ? 'none told: all is sent' : told.join(', ')
}
