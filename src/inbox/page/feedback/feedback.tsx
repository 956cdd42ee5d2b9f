import type { FeedbackRow } from '../../api/shapes.js'
import { Ago } from '../shared/ago.js'
import { Empty } from '../shared/empty.js'
import { bytes } from '../shared/format.js'
import { Level } from '../shared/level.js'
import { LongText } from '../shared/long-text.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'
import { useCall } from '../state/call.js'
import './feedback.css'

const LINE = "await client.submitFeedback({ eventId, comments: 'It broke when I paid.', name: 'Ada' })"

/** Users' feedback, each with the log it refers to. */
export function FeedbackView() {
  const { data } = useCall<{ feedback: FeedbackRow[] }>('feedback?limit=200')
  const rows = data?.feedback ?? []
  return (
    <div class="view-inner">
      {data !== undefined && rows.length === 0 && (
        <Empty title="No feedback" line={LINE}>
          What a user says about an error stands here beside its log. Send it with the id that
          captureException gave:
        </Empty>
      )}
      <ul class="feedback-list">
        {rows.map((row) => (
          <li key={`${row.event_id} ${row.received_at}`} class="panel feedback">
            <header>
              <h2>
                <Text>{(row.name ?? row.email ?? 'Somebody').slice(0, 200)}</Text>
              </h2>
              {row.name !== null && row.email !== null && (
                <span class="quiet-text">
                  <Text>{row.email.slice(0, 200)}</Text>
                </span>
              )}
              <span class="quiet-text">
                <Ago time={row.received_at} />
              </span>
            </header>
            <div class="feedback-words">
              <LongText text={row.comments} label="What was said" />
              {row.url !== null && (
                <p class="mono quiet-text">
                  <Text>{row.url.slice(0, 500)}</Text>
                </p>
              )}
              {row.screenshot !== null && (
                <p class="quiet-text">
                  With a screenshot: <Text>{row.screenshot.slice(0, 60)}</Text>,{' '}
                  {bytes(row.screenshot.length)}
                </p>
              )}
            </div>
            <FeedbackLog row={row} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function FeedbackLog({ row: { log, log_seq, event_id } }: { row: FeedbackRow }) {
  if (log === null || log_seq === null)
    return (
      <p class="feedback-log quiet-text">
        Its log is not held: <Text>{event_id.slice(0, 100)}</Text>
      </p>
    )
  return (
    <p class="feedback-log">
      <Link to={linkTo('logs', { log: String(log_seq) })}>
        <Level level={log.level} /> <Text>{log.message.slice(0, 300)}</Text>
      </Link>
    </p>
  )
}
