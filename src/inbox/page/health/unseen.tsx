import type { ComponentChildren } from 'preact'
import type { Faults } from '../../service/faults.js'
import { CopyButton } from '../shared/copy-button.js'
import '../shared/empty.css'
import { percent } from '../shared/format.js'
import { Text } from '../shared/text.js'

const NAMED = 5

/** Any other name is left out of a line that somebody pastes into a program. */
const PLAIN_NAME = /^[\w.@/-]{1,100}$/

/** Makes a client report what it dropped and holds, for as long as it runs. */
function clientLine(service: string): string {
  const report = `JSON.stringify({ service: ${JSON.stringify(service)}, stats: client.stats() })`
  const call = `fetch('${location.origin}/inbox/api/reports', { method: 'POST', body: ${report} })`
  return `setInterval(() => ${call}.catch(() => {}), 2000).unref()`
}

/** Reports the metrics of a gateway at its usual address. */
function gatewayLine(): string {
  const report = `curl -s --data-binary @- -o /dev/null '${location.origin}/inbox/api/reports'`
  return `while sleep 2; do curl -s http://127.0.0.1:4778/metrics | ${report}; done`
}

/**
 * What no answer and no call can tell the inbox, and how to see it.
 * @param silent services that report nothing of themselves
 */
export function Unseen({
  sampleRates = {},
  silent,
  hasGateway,
}: {
  sampleRates: Faults['sampleRates']
  silent: readonly string[]
  hasGateway: boolean
}) {
  const told = Object.entries(sampleRates).map(([level, rate]) => `${level} ${percent(rate)}`)
  const named = silent.slice(0, NAMED).join(', ')
  const more = silent.length > NAMED ? ` and ${silent.length - NAMED} more` : ''
  return (
    <section class="panel unseen" aria-label="What the inbox cannot see">
      <header>
        <h2>What the inbox cannot see</h2>
      </header>
      {silent.length > 0 && (
        <Line line={clientLine(silent.find((name) => PLAIN_NAME.test(name)) ?? 'shop')}>
          No call to Lognitor says what <Text>{named + more}</Text> drop and still hold. A client reports it
          with this line, under its own name:
        </Line>
      )}
      {!hasGateway && (
        <Line line={gatewayLine()}>The figures of a gateway. It reports its metrics with this line:</Line>
      )}
      <p class="unseen-rates">
        {told.length === 0
          ? 'The inbox tells clients no sample rates, so each sends all that its own options let through.'
          : `The inbox tells all clients sample rates: ${told.join(', ')}.`}
      </p>
    </section>
  )
}

function Line({ line, children }: { line: string; children: ComponentChildren }) {
  return (
    <div class="unseen-line">
      <p>{children}</p>
      <div class="empty-line">
        <pre>
          <code>{line}</code>
        </pre>
        <CopyButton text={() => line} label="Copy" />
      </div>
    </div>
  )
}
