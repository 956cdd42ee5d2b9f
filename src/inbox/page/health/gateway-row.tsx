import type { GatewayReport } from '../../data/gateway-reports.js'
import { Ago } from '../shared/ago.js'
import { Badge } from '../shared/badge.js'
import { bytes, counted, whole } from '../shared/format.js'
import { Text } from '../shared/text.js'
import { Fact } from './fact.js'

/** One gateway by its own metrics: what came in, what became of it, and what it costs. */
export function GatewayRow({ report }: { report: GatewayReport }) {
  const { service, at, answers, logs, requests, isHeld } = report
  const refused = Object.entries(answers).filter(([answer]) => !/ 2\d\d$/.test(answer))
  const failures = refused.reduce((sum, [, count]) => sum + count, 0)
  return (
    <section class="client gateway" aria-label={`Gateway ${service}`}>
      <div class="client-head">
        <h2>
          <Text>{service}</Text>
        </h2>
        {isHeld ? (
          <Badge kind="bad">✕ sends nothing</Badge>
        ) : failures > 0 ? (
          <Badge kind="warn">▲ {counted(failures, 'refused export')}</Badge>
        ) : (
          <Badge kind="good">✓ all exports taken</Badge>
        )}
        <p class="quiet-text">
          a gateway, reported <Ago time={at} />
        </p>
      </div>
      <dl class="client-facts">
        <Fact name="log records">{whole(report.records)}</Fact>
        <Fact name="spans">{whole(report.spans)}</Fact>
        <Fact name="received">{bytes(report.bytes)}</Fact>
        <Fact name="logs">
          {whole(logs.accepted ?? 0)} of {whole(logs.written ?? 0)}
        </Fact>
        <Fact name="requests">
          {whole(requests.accepted ?? 0)} of {whole(requests.written ?? 0)}
        </Fact>
        <Fact name="refused" isBad={(logs.rejected ?? 0) > 0}>
          {whole(logs.rejected ?? 0)}
        </Fact>
        <Fact name="in flight">{whole(report.inFlight)}</Fact>
        <Fact name="CPU, memory">
          {report.cpuSeconds.toFixed(1)} s, {bytes(report.memoryBytes)}
        </Fact>
        <Fact name="answers">
          {Object.entries(answers)
            .map(([answer, count]) => `${answer} × ${whole(count)}`)
            .join(', ')}
        </Fact>
      </dl>
    </section>
  )
}
