import type { IncomingMessage, ServerResponse } from 'node:http'
import { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from '../../common/clock.js'
import type { Log } from '../../wire/log.js'
import type { Alert } from '../alerts/alerts.js'
import type { Ring } from '../data/ring.js'
import type { Change } from '../data/store.js'
import { refusal, writeReply } from '../http/reply.js'
import { writeHeldLogs } from './held-logs.js'
import type { Query } from './query.js'
import { logRow } from './rows.js'
import { logPasses } from './select.js'
import type { Hello } from './shapes.js'

/** An event of the stream. */
type Event = Change | { kind: 'alert'; alert: Alert }

interface Reader {
  readonly response: ServerResponse
  /** The event kinds that the reader asked for. */
  readonly kinds: ReadonlySet<string>
  readonly wants: (event: Event) => boolean
  /** Parts of logs that its rows have too. */
  readonly columns: readonly string[] | undefined
  pending: string
  missed: number
  /** Table rows of logs, as JSON, that are sent in one event. */
  rows: string[]
  /** Whether the reader still gets logs that the inbox held before. New logs then reach it in their turn. */
  isCatchingUp: boolean
}

/** The event kinds for a reader that names none. */
const USUAL = ['log', 'request', 'heartbeat', 'release', 'feedback', 'alert', 'cleared'] as const
const KINDS = [...USUAL, 'changed', 'rows', 'hello', 'imported'] as const
const MAX_READERS = 100
/** Bytes that may wait for a slow reader; beyond it the reader misses events. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024
const COMMENT_EVERY_MS = 15_000
const CHANGED_EVERY_MS = 250
const ROWS_EVERY_MS = 100
/** With more new rows than this at once, the table is loaded again instead. */
const MAX_ROWS_AT_ONCE = 2000

/**
 * `GET /inbox/api/stream`: incoming data as server-sent events, named by their kind and filtered like the lists.
 * `events=log,alert` selects kinds. `events=changed` sends only a notice that something has changed, at most four times
 * a second. `events=rows` sends logs as table rows, many in one event. `events=hello` sends a first event that
 * identifies this inbox. With `since` the logs that the inbox holds since then come first, as `log` events. A reader
 * that is too slow gets the event `missed` with the number of events it missed.
 */
export class Stream {
  readonly #readers = new Set<Reader>()
  #isFlushing = false
  readonly #hello: () => Hello
  readonly #logs: Ring<Log>
  #changedTimer: NodeJS.Timeout | undefined
  #rowsTimer: NodeJS.Timeout | undefined
  #commentTimer: NodeJS.Timeout | undefined

  constructor(hello: () => Hello, logs: Ring<Log>) {
    this.#hello = hello
    this.#logs = logs
  }

  connect(request: IncomingMessage, response: ServerResponse, query: Query): Promise<void> {
    const parameters = new URL(request.url ?? '/', 'http://inbox').searchParams
    const wanted = parameters.get('events')
    const kinds = new Set<string>(wanted ? wanted.split(',') : USUAL)
    for (const kind of kinds) {
      if ((KINDS as readonly string[]).includes(kind)) continue
      return writeReply(response, refusal(400, `"events" must be from the list ${KINDS.join(', ')}.`))
    }
    if (this.#readers.size >= MAX_READERS)
      return writeReply(response, refusal(503, 'The stream has too many readers.'))
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.write(': the inbox\n\n')
    const isCatchingUp = Boolean(parameters.get('since')) && kinds.has('log')
    const reader: Reader = {
      response,
      kinds,
      wants: filter(query),
      columns: query.columns,
      pending: '',
      missed: 0,
      rows: [],
      isCatchingUp,
    }
    this.#readers.add(reader)
    if (isCatchingUp) void this.#catchUp(reader, query)
    if (kinds.has('hello')) this.#write(reader, textOf('hello', this.#hello()))
    response.on('drain', () => this.#tellMissed(reader))
    response.on('close', () => this.#readers.delete(reader))
    this.#commentTimer ??= setInterval(() => this.#comment(), COMMENT_EVERY_MS).unref()
    return Promise.resolve()
  }

  tell(event: Event): void {
    if (this.#readers.size === 0) return
    this.tellChanged()
    let text: string | undefined
    let row: { columns: readonly string[] | undefined; json: string } | undefined
    for (const reader of this.#readers) {
      const wantsRow = event.kind === 'log' && reader.kinds.has('rows')
      if (!(wantsRow || reader.kinds.has(event.kind)) || !reader.wants(event)) continue
      if (wantsRow) {
        const { columns } = reader
        if (row === undefined || row.columns !== columns)
          row = { columns, json: JSON.stringify(logRow(event.entry, columns)) }
        this.#addRow(reader, row.json)
      }
      if (!reader.kinds.has(event.kind) || (event.kind === 'log' && reader.isCatchingUp)) continue
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

  /**
   * Sends the notice that something has changed. The notice is sent at the end of its interval, so that it covers the
   * last change too.
   */
  tellChanged(): void {
    if (this.#readers.size === 0) return
    this.#changedTimer ??= setTimeout(() => {
      this.#changedTimer = undefined
      for (const reader of this.#readers) {
        if (reader.kinds.has('changed')) this.#write(reader, textOf('changed', {}))
      }
    }, CHANGED_EVERY_MS).unref()
  }

  /** Sends the held logs. New ones go to the reader directly from the moment at which no held one is left. */
  async #catchUp(reader: Reader, query: Query): Promise<void> {
    const isDone = await writeHeldLogs(reader.response, this.#logs, query, {
      log: (log) => textOf('log', log),
      missed: (count) => textOf('missed', { count }),
    })
    if (isDone) reader.isCatchingUp = false
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

  /** Collects the events of one turn of the event loop and sends them in one write: a batch has a hundred logs. */
  #write(reader: Reader, text: string, count = 1): void {
    if (reader.response.writableLength + reader.pending.length > MAX_UNREAD_BYTES) {
      reader.missed += count
      return
    }
    this.#tellMissed(reader)
    this.#add(reader, text)
  }

  /** Tells how many events the reader missed: before its next event, or once it has taken those that waited for it. */
  #tellMissed(reader: Reader): void {
    if (reader.missed === 0) return
    const text = textOf('missed', { count: reader.missed })
    reader.missed = 0
    this.#add(reader, text)
  }

  #add(reader: Reader, text: string): void {
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

  /** Sends a comment, so that a quiet connection is not taken for a dead one. */
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
    case 'report':
    case 'cleared':
    case 'imported':
      return {}
  }
}

/** Logs are filtered like the list of logs, requests by service; other events are rare and always sent. */
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
