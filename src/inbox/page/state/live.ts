import { signal } from '@preact/signals'
import type { Hello } from '../../api/shapes.js'

/** How it stands with the inbox's stream. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting')

/** Grows each time something came; what is shown is then fetched again. */
export const revision = signal(0)

/** Another value is another inbox, or one that was emptied: what was held of the old one is worthless. */
export const generation = signal('')

const RETRY_MS = 2000
/** What changes by time alone, such as a job that is late, is seen after so long. */
const TICK_MS = 5000

setInterval(() => {
  if (document.visibilityState === 'visible' && connection.peek() === 'live') revision.value++
}, TICK_MS)

/** Follows the inbox for as long as the page is open. A connection that is lost is made again. */
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
    // A browser gives up when the answer was no stream, as that of another server at the same port.
    if (stream.readyState !== EventSource.CLOSED) return
    setTimeout(startLive, RETRY_MS)
  })
}
