import type { ComponentChildren } from 'preact'
import { LEVELS } from '../../../wire/level.js'
import type { VolumeAnswer } from '../../api/shapes.js'
import { ChartPanel } from './chart/chart-panel.js'
import { counted, length, short } from './format.js'
import { useReleaseMarks } from './release-marks.js'

/** Logs over time by level, the most severe at the bottom, where small counts stay visible. */
export function VolumeChart({
  volume,
  title,
  region = title,
  withLegend = true,
  actions,
}: {
  volume: VolumeAnswer
  title: string
  region?: string
  withLegend?: boolean
  actions?: ComponentChildren
}) {
  const marks = useReleaseMarks()
  const series = [...LEVELS].reverse().map((level) => ({
    name: level,
    colour: `--${level}`,
    values: volume.levels[level],
  }))
  // Levels that do not occur need no name in a chart of errors only.
  const present = series.filter(({ values }) => values.some((count) => count > 0))
  const label = `${counted(volume.total, 'log')} over time by level, in steps of ${length(volume.stepMs)}`
  return (
    <ChartPanel
      title={title}
      region={region}
      note={`in steps of ${length(volume.stepMs)}`}
      actions={actions}
      withLegend={withLegend}
      label={label}
      times={volume.times}
      stepMs={volume.stepMs}
      series={withLegend ? present : series}
      kind="bars"
      height={96}
      marks={marks}
      format={short}
    />
  )
}
