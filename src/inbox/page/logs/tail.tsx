import { counted, short } from '../shared/format.js'
import { Glyph } from '../shared/glyph.js'
import type { Rows } from './rows.js'

/** Shows whether the list follows new logs, and the number of logs that wait. */
export function Tail({
  rows,
  total,
  onResume,
}: {
  rows: Rows
  total: number | undefined
  onResume: () => void
}) {
  const { isPaused, backlog, count, isLoading } = rows
  return (
    <div class="row tail">
      <span class="quiet-text">
        {counted(Math.max(total ?? 0, count), 'log')}
        {isLoading && count > 0 ? `, ${short(count)} loaded` : ''}
      </span>
      {isPaused ? (
        <button type="button" class="button primary" onClick={onResume} title="Follow again (p)">
          <Glyph name={backlog > 0 ? 'up' : 'play'} />
          {backlog > 0 ? counted(backlog, 'new log') : 'Follow'}
        </button>
      ) : (
        <button type="button" class="button" onClick={rows.pause} title="Pause (p)">
          <Glyph name="pause" /> Pause
        </button>
      )}
    </div>
  )
}
