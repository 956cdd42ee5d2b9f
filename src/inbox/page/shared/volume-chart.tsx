import { LEVELS } from '../../../wire/level.js'
import type { VolumeAnswer } from '../../api/shapes.js'
import { Chart } from './chart/chart.js'
import { counted, length, short } from './format.js'
import { useReleaseMarks } from './release-marks.js'

/** Logs over time by level, the most severe at the bottom, where small counts stay visible. */
export function VolumeChart({ volume, height }: { volume: VolumeAnswer; height?: number }) {
  const marks = useReleaseMarks()
  const series = [...LEVELS].reverse().map((level) => ({
    name: level,
    colour: `--${level}`,
    values: volume.levels[level],
  }))
  const label = `${counted(volume.total, 'log')} over time by level, in steps of ${length(volume.stepMs)}`
  return (
    <Chart
      label={label}
      times={volume.times}
      stepMs={volume.stepMs}
      series={series}
      kind="bars"
      marks={marks}
      format={short}
      {...(height !== undefined && { height })}
    />
  )
}
