import type { TraceSummary } from '../../api/shapes.js'
import { ChartPanel } from '../shared/chart/chart-panel.js'
import { axisDuration, counted, duration } from '../shared/format.js'
import { useReleaseMarks } from '../shared/release-marks.js'

const SECOND_MS = 1000

/** The duration of each trace at its start; traces with errors as a series of their own. */
export function TraceDots({ traces }: { traces: readonly TraceSummary[] }) {
  const marks = useReleaseMarks()
  const sorted = traces.toSorted((a, b) => a.from - b.from)
  const lengths = (isFailed: boolean) =>
    sorted.map(({ from, to, errors }) =>
      errors > 0 === isFailed && to > from ? Math.max(1, to - from) : null,
    )
  return (
    <ChartPanel
      title="Length"
      region="Length of traces"
      note={`${counted(traces.length, 'trace')}, logarithmic`}
      label={`Length of ${counted(traces.length, 'trace')} over time`}
      times={sorted.map(({ from }) => from)}
      stepMs={SECOND_MS}
      series={[
        { name: 'with errors', colour: '--error', values: lengths(true) },
        { name: 'without', colour: '--p95', values: lengths(false) },
      ]}
      kind="dots"
      height={140}
      marks={marks}
      format={duration}
      axisFormat={axisDuration}
    />
  )
}
