import type { IncomingMessage, ServerResponse } from 'node:http'
import { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from '../../clock.js'
import type { Alert } from '../alerts/alerts.js'
import type { Change } from '../data/store.js'
import { refusal, writeReply } from '../http/reply.js'
import type { Query } from './query.js'
import { logPasses } from './select.js'

/** An event as the stream's readers get it. */
type Event = Change | { kind: 'alert'; alert: Alert }

interface Reader {
  readonly response: ServerResponse
  /** The kinds it asked for. */
  readonly kinds: ReadonlySet<string>
  readonly wants: (event: Event) => boolean
  pending: string
  missed: number
}

const KINDS = ['log', 'request', 'heartbeat', 'release', 'feedback', 'alert', 'cleared', 'changed'] as const
const MAX_READERS = 100
/** What a reader that is too slow may leave unread before it misses events. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024
const COMMENT_EVERY_MS = 15_000
const CHANGED_EVERY_MS = 250

/**
 * `GET /inbox/api/stream`: what comes in, as server-sent events named by their kind, filtered as the lists
 * are. `events=log,alert` asks for some kinds only; `events=changed` for a bare word that something came, at
 * most four times a second. A reader that is too slow gets `missed` with the number of events it lost.
 */
export class Stream {
  readonly #readers = new Set<Reader>()
  #isFlushing = false
  #changedTimer: NodeJS.Timeout | undefined
  #commentTimer: NodeJS.Timeout | undefined

  connect(request: IncomingMessage, response: ServerResponse, query: Query): Promise<void> {
    const wanted = new URL(request.url ?? '/', 'http://inbox').searchParams.get('events')
    const kinds = new Set(wanted ? wanted.split(',') : KINDS.filter((kind) => kind !== 'changed'))
    for (const kind of kinds) {
      if ((KINDS as readonly string[]).includes(kind)) continue
      return writeReply(response, refusal(400, `"events" must be of ${KINDS.join(', ')}.`))
    }
    if (this.#readers.size >= MAX_READERS)
      return writeReply(response, refusal(503, 'Too many read the stream.'))
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.write(': the inbox\n\n')
    const reader: Reader = { response, kinds, wants: filter(query), pending: '', missed: 0 }
    this.#readers.add(reader)
    response.on('close', () => this.#readers.delete(reader))
    this.#commentTimer ??= setInterval(() => this.#comment(), COMMENT_EVERY_MS).unref()
    return Promise.resolve()
  }

  tell(event: Event): void {
    if (this.#readers.size === 0) return
    let text: string | undefined
    for (const reader of this.#readers) {
      if (reader.kinds.has('changed')) this.#changedTimer ??= this.#tellChanged()
      if (!reader.kinds.has(event.kind) || !reader.wants(event)) continue
      text ??= `event: ${event.kind}\ndata: ${JSON.stringify(dataOf(event))}\n\n`
      this.#write(reader, text)
    }
  }

  close(): void {
    clearTimeout(this.#changedTimer)
    clearInterval(this.#commentTimer)
    for (const { response } of this.#readers) response.end()
  }

  /** Told at the end of its time, so that what came last is told as well. */
  #tellChanged(): NodeJS.Timeout {
    const tell = () => {
      this.#changedTimer = undefined
      for (const reader of this.#readers) {
        if (reader.kinds.has('changed')) this.#write(reader, 'event: changed\ndata: {}\n\n')
      }
    }
    return setTimeout(tell, CHANGED_EVERY_MS).unref()
  }

  /** Events of one turn leave in one write: a batch has a hundred logs. */
  #write(reader: Reader, text: string): void {
    if (reader.response.writableLength + reader.pending.length > MAX_UNREAD_BYTES) {
      reader.missed++
      return
    }
    if (reader.missed > 0) {
      reader.pending += `event: missed\ndata: {"count":${reader.missed}}\n\n`
      reader.missed = 0
    }
    reader.pending += text
    if (this.#isFlushing) return
    this.#isFlushing = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#isFlushing = false
    for (const reader of this.#readers) {
      if (reader.pending !== '') reader.response.write(reader.pending)
      reader.pending = ''
    }
  }

  /** Keeps a quiet connection known to be alive. */
  #comment(): void {
    for (const { response } of this.#readers) response.write(': still here\n\n')
  }
}

function dataOf(event: Event): unknown {
  switch (event.kind) {
    case 'log':
    case 'request':
      return event.entry.value
    case 'alert':
      return event.alert
    case 'heartbeat':
      return { token: event.token }
    case 'release':
      return event.release
    case 'feedback':
      return event.feedback
    case 'cleared':
      return {}
  }
}

/** Logs are filtered as in their list, requests by service; the rest is seldom and always told. */
function filter(query: Query): (event: Event) => boolean {
  const passes = logPasses(query)
  return (event) => {
    if (event.kind === 'log') return passes(event.entry.value)
    if (event.kind !== 'request') return true
    const { value } = event.entry
    if (query.requestId !== undefined && value.request_id !== query.requestId) return false
    return query.service === undefined || value.service === query.service
  }
}
