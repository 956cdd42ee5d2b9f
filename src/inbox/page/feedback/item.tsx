import type { FeedbackRow } from '../../api/shapes.js'
import { Ago } from '../shared/ago.js'
import { bytes } from '../shared/format.js'
import { Level } from '../shared/level.js'
import { LongText } from '../shared/long-text.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'

/** One piece of feedback: who, the words, and the log. */
export function FeedbackItem({ row }: { row: FeedbackRow }) {
  return (
    <li class="feedback">
      <div class="feedback-who">
        <b>
          <Text>{(row.name ?? row.email ?? 'Somebody').slice(0, 200)}</Text>
        </b>
        {row.name !== null && row.email !== null && (
          <span class="quiet-text">
            <Text>{row.email.slice(0, 200)}</Text>
          </span>
        )}
        <span class="quiet-text">
          <Ago time={row.received_at} />
        </span>
      </div>
      <div class="feedback-words">
        <LongText text={row.comments} label="What was said" />
        {row.url !== null && (
          <p class="mono quiet-text">
            <Text>{row.url.slice(0, 500)}</Text>
          </p>
        )}
        {row.screenshot !== null && (
          <p class="quiet-text">
            With a screenshot: <Text>{row.screenshot.slice(0, 60)}</Text>, {bytes(row.screenshot.length)}
          </p>
        )}
      </div>
      <FeedbackLog row={row} />
    </li>
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
        <Level level={log.level} />{' '}
        {log.error !== undefined && (
          <b>
            <Text>{log.error.type.slice(0, 200)}</Text>{' '}
          </b>
        )}
        <Text>{log.message.slice(0, 300)}</Text>
      </Link>
    </p>
  )
}
