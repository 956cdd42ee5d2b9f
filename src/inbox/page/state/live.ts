import { signal } from '@preact/signals'
import type { Hello } from '../../api/shapes.js'

/** State of the connection to the inbox's stream. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting')

/** Grows with each change in the inbox; the visible data is then fetched again. */
export const revision = signal(0)

/** Changes when the inbox was restarted or emptied: data of the old one must be discarded. */
export const generation = signal('')

const RETRY_MS = 2000
/** Interval at which things that change with time alone, such as a late job, are updated. */
const TICK_MS = 5000

setInterval(() => {
  if (document.visibilityState === 'visible' && connection.peek() === 'live') revision.value++
}, TICK_MS)

/** Follows the inbox as long as the page is open. A lost connection is opened again. */
export function startLive(): void {
  const stream = new EventSource('/inbox/api/stream?events=hello,changed,cleared,imported')
  let emptied = 0
  let startedAt = ''
  stream.addEventListener('hello', (event) => {
    startedAt = (JSON.parse(event.data) as Hello).startedAt
    generation.value = `${startedAt} ${emptied}`
    connection.value = 'live'
    revision.value++
  })
  stream.addEventListener('changed', () => {
    revision.value++
  })
  for (const kind of ['cleared', 'imported']) {
    stream.addEventListener(kind, () => {
      emptied++
      generation.value = `${startedAt} ${emptied}`
      revision.value++
    })
  }
  stream.addEventListener('error', () => {
    connection.value = 'lost'
    // A browser stops retrying when the answer was no event stream, such as that of another server at the same port.
    if (stream.readyState !== EventSource.CLOSED) return
    setTimeout(startLive, RETRY_MS)
  })
}
