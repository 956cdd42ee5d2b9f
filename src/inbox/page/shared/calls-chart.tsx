import type { CallsAnswer } from '../../api/shapes.js'
import { nameOf } from '../faults/presets.js'
import { useCall } from '../state/call.js'
import { ChartPanel } from './chart/chart-panel.js'
import { counted, length, short } from './format.js'

const KINDS = [
  ['5xx', 'failed (5xx)', '--error'],
  ['cut', 'cut off', '--fatal'],
  ['4xx', 'refused (4xx)', '--warn'],
  ['422', 'entries refused (422)', '--p95'],
  ['2xx', 'taken', '--info'],
] as const

/** The calls of clients over time by their answers, with the moments at which faults were switched. */
export function CallsChart({ height = 120 }: { height?: number }) {
  const { data } = useCall<CallsAnswer>('calls')
  if (data === undefined) return null
  const { times, stepMs, answers, faults } = data
  const total = KINDS.reduce((sum, [name]) => sum + answers[name].reduce((all, count) => all + count, 0), 0)
  return (
    <ChartPanel
      title="Calls by answer"
      note={`in steps of ${length(stepMs)}`}
      label={`${counted(total, 'call')} of clients over time by their answers`}
      times={times}
      stepMs={stepMs}
      series={KINDS.map(([name, title, colour]) => ({ name: title, colour, values: answers[name] }))}
      kind="bars"
      height={height}
      marks={faults.map((change) => ({ time: change.at, label: nameOf(change.faults) }))}
      format={short}
    />
  )
}
