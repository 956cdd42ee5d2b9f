import type { FeedbackRow } from '../../api/shapes.js'
import { whole } from '../shared/format.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'

const SHOWN = 5

interface Cause {
  readonly title: string
  readonly link: string | undefined
  count: number
}

/** What the feedback is about: its logs by the type and the message of their errors, the most frequent first. */
export function Causes({ rows }: { rows: readonly FeedbackRow[] }) {
  const causes = causesOf(rows)
  const most = causes[0]?.count ?? 1
  return (
    <section class="panel" aria-label="What it is about">
      <header>
        <h2>What it is about</h2>
      </header>
      <ol class="causes">
        {causes.slice(0, SHOWN).map(({ title, link, count }) => (
          <li key={title}>
            <i style={{ width: `${(count / most) * 100}%` }} aria-hidden="true" />
            {link === undefined ? (
              <Text>{title}</Text>
            ) : (
              <Link to={link}>
                <Text>{title}</Text>
              </Link>
            )}
            <b>{whole(count)}</b>
          </li>
        ))}
      </ol>
    </section>
  )
}

function causesOf(rows: readonly FeedbackRow[]): Cause[] {
  const causes = new Map<string, Cause>()
  for (const { log } of rows) {
    const key = log === null ? '' : (log.fingerprint ?? log.error?.type ?? log.message)
    const cause = causes.get(key) ?? { title: titleOf(log), link: linkOf(log), count: 0 }
    cause.count++
    causes.set(key, cause)
  }
  return [...causes.values()].sort((a, b) => b.count - a.count)
}

function titleOf(log: FeedbackRow['log']): string {
  if (log === null) return 'logs that are no longer held'
  return `${log.error?.type ?? ''} ${log.error?.message ?? log.message}`.trim().slice(0, 200)
}

function linkOf(log: FeedbackRow['log']): string | undefined {
  if (log === null) return undefined
  if (log.fingerprint !== undefined) return linkTo('errors', { group: log.fingerprint })
  return linkTo('logs', { q: log.message.slice(0, 200) })
}
