import type { FeedbackAnswer } from '../../api/shapes.js'
import { ChartPanel } from '../shared/chart/chart-panel.js'
import { Empty } from '../shared/empty.js'
import { counted, length, short } from '../shared/format.js'
import { useReleaseMarks } from '../shared/release-marks.js'
import { useCall } from '../state/call.js'
import { Causes } from './causes.js'
import './feedback.css'
import { FeedbackItem } from './item.js'

const LINE = "await client.submitFeedback({ eventId, comments: 'It broke when I paid.', name: 'Ada' })"

/** Users' feedback over time, its causes, and each with the log it refers to. */
export function FeedbackView() {
  const { data } = useCall<FeedbackAnswer>('feedback?limit=200')
  if (data === undefined) return null
  if (data.feedback.length === 0)
    return (
      <div class="view-inner">
        <Empty title="No feedback" line={LINE}>
          What a user says about an error stands here beside its log. Send it with the id that
          captureException gave:
        </Empty>
      </div>
    )
  return (
    <div class="view-inner">
      <div class="feedback-pictures">
        <OverTime volume={data.volume} />
        <Causes rows={data.feedback} />
      </div>
      <ul class="panel" aria-label="Feedback, the newest first">
        {data.feedback.map((row) => (
          <FeedbackItem key={`${row.event_id} ${row.received_at}`} row={row} />
        ))}
      </ul>
    </div>
  )
}

function OverTime({ volume: { times, stepMs, counts } }: { volume: FeedbackAnswer['volume'] }) {
  const marks = useReleaseMarks()
  const total = counts.reduce((sum, count) => sum + count, 0)
  return (
    <ChartPanel
      title="Over time"
      region="Feedback over time"
      note={`${counted(total, 'piece')}, in steps of ${length(stepMs)}`}
      withLegend={false}
      label={`${counted(total, 'piece')} of feedback over time`}
      times={times}
      stepMs={stepMs}
      series={[{ name: 'feedback', colour: '--p95', values: counts }]}
      kind="bars"
      height={128}
      marks={marks}
      format={short}
    />
  )
}
