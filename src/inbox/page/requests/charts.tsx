import type { LatencyAnswer } from '../../api/shapes.js'
import { ChartPanel } from '../shared/chart/chart-panel.js'
import { axisDuration, counted, duration, length, short } from '../shared/format.js'
import { useReleaseMarks } from '../shared/release-marks.js'

const HEIGHT = 150
const CLASSES = [
  ['5xx', '--error'],
  ['4xx', '--warn'],
  ['3xx', '--debug'],
  ['2xx', '--info'],
] as const

/** Durations of requests over time. */
export function Latency({ latency }: { latency: LatencyAnswer }) {
  const marks = useReleaseMarks()
  const { times, stepMs, p50, p95, p99, summary } = latency
  return (
    <ChartPanel
      title="Latency"
      note={`in steps of ${length(stepMs)}, logarithmic`}
      label={`Latency over time: p50 ${duration(summary.p50)}, p95 ${duration(summary.p95)}, p99 ${duration(summary.p99)}`}
      times={times}
      stepMs={stepMs}
      series={[
        { name: 'p99', colour: '--p99', values: p99 },
        { name: 'p95', colour: '--p95', values: p95 },
        { name: 'p50', colour: '--p50', values: p50 },
      ]}
      kind="lines"
      height={HEIGHT}
      marks={marks}
      format={duration}
      axisFormat={axisDuration}
    />
  )
}

/** Statuses of requests over time. */
export function StatusMix({ latency }: { latency: LatencyAnswer }) {
  const marks = useReleaseMarks()
  const { times, stepMs, statuses, summary } = latency
  return (
    <ChartPanel
      title="Requests by status"
      region="Status mix"
      label={`${counted(summary.count, 'request')} over time by the class of their status`}
      times={times}
      stepMs={stepMs}
      series={CLASSES.map(([name, colour]) => ({ name, colour, values: statuses[name] }))}
      kind="bars"
      height={HEIGHT}
      marks={marks}
      format={short}
    />
  )
}
