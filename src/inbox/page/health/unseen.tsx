import type { Faults } from '../../service/faults.js'
import { CopyButton } from '../shared/copy-button.js'
import { percent } from '../shared/format.js'

const LINE = 'setInterval(() => console.error(client.stats()), 10_000).unref()'

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
          of room) is not sent, and no call reports it.
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
        <p>A client says both itself, by reason:</p>
        <pre>
          <code>{LINE}</code>
        </pre>
        <CopyButton text={() => LINE} label="Copy" />
      </div>
    </section>
  )
}
