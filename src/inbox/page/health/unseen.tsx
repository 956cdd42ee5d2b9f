import type { Faults } from '../../service/faults.js'
import { CopyButton } from '../shared/copy-button.js'
import { percent } from '../shared/format.js'

/** Makes a client report what it dropped and holds, for as long as it runs. */
function reportLine(): string {
  const call = `fetch('${location.origin}/inbox/api/reports', { method: 'POST', body: JSON.stringify({ service: 'shop', stats: client.stats() }) })`
  return `setInterval(() => ${call}.catch(() => {}), 2000).unref()`
}

/** What no answer and no call can tell the inbox, and how to see it. */
export function Unseen({ sampleRates = {} }: { sampleRates: Faults['sampleRates'] }) {
  const told = Object.entries(sampleRates).map(([level, rate]) => `${level} ${percent(rate)}`)
  return (
    <section class="panel unseen" aria-label="What the inbox cannot see">
      <header>
        <h2>What the inbox cannot see</h2>
      </header>
      <dl class="unseen-list">
        <dt>Dropped by a client</dt>
        <dd>
          A log that a client drops (below its level, sampled, stopped by <code>beforeSend</code>, or for want
          of room) is not sent, and no call to Lognitor reports it.
        </dd>
        <dt>Queued in a client</dt>
        <dd>What still waits in a client shows here only by its age when it arrives.</dd>
        <dt>Sample rates</dt>
        <dd>
          {told.length === 0
            ? 'The inbox tells clients none, so each sends all that its own options let through.'
            : `The inbox tells all clients: ${told.join(', ')}.`}
        </dd>
      </dl>
      <div class="unseen-line">
        <p>A client in development reports both to this page with this line, which names its own service:</p>
        <pre>
          <code>{reportLine()}</code>
        </pre>
        <CopyButton text={reportLine} label="Copy" />
      </div>
    </section>
  )
}
