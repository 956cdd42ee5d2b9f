import { signal } from '@preact/signals'
import type { LogRow, RowsAnswer } from '../../api/shapes.js'
import { callInbox } from '../state/call.js'

/** The newest logs that pass a filter, and those that come. */
export interface Rows {
  /** Grows with each change of the rows. */
  readonly version: { readonly value: number }
  readonly count: number
  /** Number of logs that arrived while paused. */
  readonly backlog: number
  readonly isPaused: boolean
  readonly isLoading: boolean
  readonly error: string | undefined
  /** The row at an index; 0 is the newest. */
  at(index: number): LogRow | undefined
  /** The index of a row by its sequence number. */
  indexOf(seq: number): number | undefined
  pause(): void
  resume(): void
  close(): void
}

const MAX_ROWS = 50_000
const FIRST_ROWS = 300
const MORE_ROWS = 1000
/** Pause between two loads of older rows, in which the page is drawn and used. */
const REST_MS = 40
const RETRY_MS = 5000
/** Rows beyond the limit before the oldest are removed: removing many costs as much as removing one. */
const SLACK = 2000

/**
 * Loads the newest rows at once and the older ones in steps, then follows new ones.
 * @param query the filters as parameters of a call
 * @param follows false for a time range in the past, into which nothing new can come
 */
export function openRows(query: string, follows: boolean): Rows {
  const version = signal(0)
  let held: LogRow[] = []
  let waiting: LogRow[] = []
  let waitingCount = 0
  /** The latest arrival among the rows. */
  let newest = 0
  /** Rows that arrived while the newest rows were being loaded. */
  let arrived: LogRow[] = []
  let isPaused = false
  let isLoading = true
  let isLoadingNewest = false
  let isClosed = false
  let error: string | undefined
  let generation = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let stream = follows ? listen() : undefined
  if (!follows) void load()
  return {
    version,
    get count() {
      return held.length
    },
    get backlog() {
      return waitingCount
    },
    get isPaused() {
      return isPaused
    },
    get isLoading() {
      return isLoading
    },
    get error() {
      return error
    },
    at: (index) => held[held.length - 1 - index],
    indexOf: (seq) => {
      const at = held.findLastIndex((row) => row.seq === seq)
      return at < 0 ? undefined : held.length - 1 - at
    },
    pause: () => {
      isPaused = true
      version.value++
    },
    resume: () => {
      isPaused = false
      add(waiting)
      waiting = []
      waitingCount = 0
      version.value++
    },
    close: () => {
      isClosed = true
      clearTimeout(timer)
      clearTimeout(retry)
      stream?.close()
    },
  }

  function listen(): EventSource {
    const source = new EventSource(`/inbox/api/stream?events=hello,rows,cleared,imported&${query}`)
    // A refused stream is closed for good. The load says why, or finds that the inbox answers again.
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED || isClosed) return
      void load()
      retry = setTimeout(() => {
        stream = listen()
      }, RETRY_MS)
    })
    // Sent at each connection, also after a lost one: the rows that were missed are then loaded.
    source.addEventListener('hello', () => load())
    for (const kind of ['cleared', 'imported', 'missed']) source.addEventListener(kind, () => load())
    source.addEventListener('rows', (event) => {
      const { rows } = JSON.parse(event.data) as { rows: LogRow[] }
      if (isLoadingNewest) {
        arrived.push(...rows)
        return
      }
      if (isPaused) {
        waitingCount += rows.length
        waiting.push(...rows)
        if (waiting.length > MAX_ROWS + SLACK) waiting = waiting.slice(-MAX_ROWS)
      } else add(rows)
      version.value++
    })
    return source
  }

  /** Loads all rows again. The present rows stay until then. */
  async function load(): Promise<void> {
    clearTimeout(timer)
    const own = ++generation
    isLoading = isLoadingNewest = true
    arrived = []
    try {
      const { rows } = await callInbox<RowsAnswer>(`rows?${query}&limit=${FIRST_ROWS}`)
      if (own !== generation || isClosed) return
      isLoadingNewest = false
      held = rows.sort(inOrder)
      newest = held.reduce((most, { seq }) => Math.max(most, seq), 0)
      waiting = []
      waitingCount = 0
      add(arrived)
      error = undefined
      isLoading = rows.length === FIRST_ROWS
      if (isLoading) loadOlder(own)
    } catch (cause) {
      if (own !== generation) return
      isLoading = isLoadingNewest = false
      error = cause instanceof Error ? cause.message : String(cause)
    }
    version.value++
  }

  function loadOlder(own: number): void {
    timer = setTimeout(async () => {
      const oldest = held.reduce((least, { seq }) => Math.min(least, seq), Number.POSITIVE_INFINITY)
      const path = `rows?${query}&limit=${MORE_ROWS}&before=${oldest}`
      const { rows } = await callInbox<RowsAnswer>(path).catch(() => ({ rows: [] }))
      if (own !== generation || isClosed) return
      held = [...rows, ...held].sort(inOrder)
      isLoading = rows.length === MORE_ROWS && held.length < MAX_ROWS
      if (isLoading) loadOlder(own)
      version.value++
    }, REST_MS)
  }

  /** Adds rows at their places. A row that comes by the stream and by a load is added once. */
  function add(rows: readonly LogRow[]): void {
    for (const row of rows) {
      if (row.seq <= newest) continue
      newest = row.seq
      let at = held.length
      while (at > 0 && placeOf(held[at - 1] as LogRow) > placeOf(row)) at--
      if (at === held.length) held.push(row)
      else held.splice(at, 0, row)
    }
    if (held.length > MAX_ROWS + SLACK) held = held.slice(-MAX_ROWS)
  }
}

/** The oldest first. Rows of the same moment stay in the order of arrival. */
function inOrder(a: LogRow, b: LogRow): number {
  return placeOf(a) - placeOf(b) || a.seq - b.seq
}

function placeOf({ place, time }: LogRow): number {
  return place ?? time
}
