import type { IncomingMessage, ServerResponse } from 'node:http'
import { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from '../../common/clock.js'
import type { Alert } from '../alerts/alerts.js'
import type { Change } from '../data/store.js'
import { refusal, writeReply } from '../http/reply.js'
import type { Query } from './query.js'
import { logRow } from './rows.js'
import { logPasses } from './select.js'
import type { Hello } from './shapes.js'

/** An event as the stream's readers get it. */
type Event = Change | { kind: 'alert'; alert: Alert }

interface Reader {
  readonly response: ServerResponse
  /** The kinds it asked for. */
  readonly kinds: ReadonlySet<string>
  readonly wants: (event: Event) => boolean
  pending: string
  missed: number
  /** Lines of logs, as JSON, that leave together. */
  rows: string[]
}

/** What a reader gets that names no kinds. */
const USUAL = ['log', 'request', 'heartbeat', 'release', 'feedback', 'alert', 'cleared'] as const
const KINDS = [...USUAL, 'changed', 'rows', 'hello', 'imported'] as const
const MAX_READERS = 100
/** What a reader that is too slow may leave unread before it misses events. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024
const COMMENT_EVERY_MS = 15_000
const CHANGED_EVERY_MS = 250
const ROWS_EVERY_MS = 100
/** A table that is told of more at once is read anew. */
const MAX_ROWS_AT_ONCE = 2000

/**
 * `GET /inbox/api/stream`: what comes in, as server-sent events named by their kind, filtered as the lists
 * are. `events=log,alert` asks for some kinds only; `events=changed` for a bare word that something came, at
 * most four times a second; `events=rows` for logs as lines of a table, many at a time; `events=hello` for a first
 * event that tells one inbox from another. A reader that is too slow gets `missed` with the number of events it lost.
 */
export class Stream {
  readonly #readers = new Set<Reader>()
  #isFlushing = false
  readonly #hello: () => Hello
  #changedTimer: NodeJS.Timeout | undefined
  #rowsTimer: NodeJS.Timeout | undefined
  #commentTimer: NodeJS.Timeout | undefined

  constructor(hello: () => Hello) {
    this.#hello = hello
  }

  connect(request: IncomingMessage, response: ServerResponse, query: Query): Promise<void> {
    const wanted = new URL(request.url ?? '/', 'http://inbox').searchParams.get('events')
    const kinds = new Set<string>(wanted ? wanted.split(',') : USUAL)
    for (const kind of kinds) {
      if ((KINDS as readonly string[]).includes(kind)) continue
      return writeReply(response, refusal(400, `"events" must be of ${KINDS.join(', ')}.`))
    }
    if (this.#readers.size >= MAX_READERS)
      return writeReply(response, refusal(503, 'Too many read the stream.'))
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.write(': the inbox\n\n')
    const reader: Reader = { response, kinds, wants: filter(query), pending: '', missed: 0, rows: [] }
    this.#readers.add(reader)
    if (kinds.has('hello')) this.#write(reader, textOf('hello', this.#hello()))
    response.on('close', () => this.#readers.delete(reader))
    this.#commentTimer ??= setInterval(() => this.#comment(), COMMENT_EVERY_MS).unref()
    return Promise.resolve()
  }

  tell(event: Event): void {
    if (this.#readers.size === 0) return
    this.tellChanged()
    let text: string | undefined
    let row: string | undefined
    for (const reader of this.#readers) {
      const wantsRow = event.kind === 'log' && reader.kinds.has('rows')
      if (!(wantsRow || reader.kinds.has(event.kind)) || !reader.wants(event)) continue
      if (wantsRow) {
        row ??= JSON.stringify(logRow(event.entry))
        this.#addRow(reader, row)
      }
      if (!reader.kinds.has(event.kind)) continue
      text ??= textOf(event.kind, dataOf(event))
      this.#write(reader, text)
    }
  }

  close(): void {
    clearTimeout(this.#changedTimer)
    clearTimeout(this.#rowsTimer)
    clearInterval(this.#commentTimer)
    for (const { response } of this.#readers) response.end()
  }

  /** Says that something is not as it was. Told at the end of its time, so that what came last is told as well. */
  tellChanged(): void {
    if (this.#readers.size === 0) return
    this.#changedTimer ??= setTimeout(() => {
      this.#changedTimer = undefined
      for (const reader of this.#readers) {
        if (reader.kinds.has('changed')) this.#write(reader, textOf('changed', {}))
      }
    }, CHANGED_EVERY_MS).unref()
  }

  #addRow(reader: Reader, row: string): void {
    if (reader.rows.length >= MAX_ROWS_AT_ONCE) reader.missed++
    else reader.rows.push(row)
    this.#rowsTimer ??= setTimeout(() => this.#tellRows(), ROWS_EVERY_MS).unref()
  }

  #tellRows(): void {
    this.#rowsTimer = undefined
    for (const reader of this.#readers) {
      if (reader.rows.length === 0) continue
      const rows = reader.rows
      reader.rows = []
      this.#write(reader, `event: rows\ndata: {"rows":[${rows.join(',')}]}\n\n`, rows.length)
    }
  }

  /** Events of one turn leave in one write: a batch has a hundred logs. */
  #write(reader: Reader, text: string, count = 1): void {
    if (reader.response.writableLength + reader.pending.length > MAX_UNREAD_BYTES) {
      reader.missed += count
      return
    }
    if (reader.missed > 0) {
      reader.pending += textOf('missed', { count: reader.missed })
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

function textOf(kind: string, data: unknown): string {
  return `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
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
    case 'imported':
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
