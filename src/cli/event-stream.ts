import { get, type IncomingMessage } from 'node:http'
import { createParser } from 'eventsource-parser'

/** How a stream ended. */
export type StreamEnd =
  | { readonly kind: 'unreachable'; readonly why: string }
  /** Another server answers, without events. */
  | { readonly kind: 'foreign'; readonly why: string }
  /** The inbox refuses the request. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'ended' }

export interface StreamReader {
  /** Called when the inbox has begun its stream. */
  onOpen(): void
  /**
   * @returns a promise when no event should come before it resolves
   * @throws when the data is not what the event's name says
   */
  onEvent(name: string, data: string): Promise<void> | undefined
}

/** A log has at most 256 KiB, so a far longer event is not from an inbox. */
const MAX_EVENT_LENGTH = 4 * 1024 * 1024
const MAX_REFUSAL_LENGTH = 500
/** The comment that an inbox sends first. */
const GREETING = 'the inbox'
const ANSWER_TIMEOUT_MS = 10_000

/** Reads server-sent events until the stream ends. */
export function readEvents(address: URL, reader: StreamReader): Promise<StreamEnd> {
  return new Promise((resolve) => {
    const request = get(address, { headers: { accept: 'text/event-stream' } }, (response) => {
      clearTimeout(timer)
      const type = response.headers['content-type'] ?? ''
      if (response.statusCode === 200 && type.startsWith('text/event-stream'))
        follow(response, reader, resolve)
      else explain(response, resolve)
    })
    const timer = setTimeout(() => request.destroy(new Error('no answer in time')), ANSWER_TIMEOUT_MS)
    request.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      const isForeign = error.code?.startsWith('HPE_') || error.message === 'no answer in time'
      resolve({ kind: isForeign ? 'foreign' : 'unreachable', why: error.message })
    })
  })
}

function follow(response: IncomingMessage, reader: StreamReader, resolve: (end: StreamEnd) => void): void {
  let waiting = 0
  let isOpen = false
  const stop = (why: string) => {
    resolve({ kind: 'foreign', why })
    response.destroy()
  }
  const handle = (event: string, data: string) => {
    try {
      return reader.onEvent(event, data)
    } catch {
      stop('it sends something else as a log')
      return undefined
    }
  }
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onComment: (comment) => {
      if (isOpen || comment !== GREETING) return
      isOpen = true
      reader.onOpen()
    },
    onEvent: ({ event = 'message', data }) => {
      if (!isOpen) return stop('it sends events, but not those of an inbox')
      const ready = handle(event, data)
      if (ready === undefined) return
      // Reading is paused, so that waiting events stay in the inbox, which bounds them, and not in this process.
      waiting++
      response.pause()
      void ready.then(() => {
        waiting--
        if (waiting === 0) response.resume()
      })
    },
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') stop('an event is longer than any of an inbox')
    },
  })
  response.setEncoding('utf8')
  response.on('data', (piece: string) => parser.feed(piece))
  response.on('error', () => {})
  response.on('close', () => resolve({ kind: 'ended' }))
}

function explain(response: IncomingMessage, resolve: (end: StreamEnd) => void): void {
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (piece: string) => {
    text += piece
    if (text.length > MAX_REFUSAL_LENGTH) response.destroy()
  })
  response.on('error', () => {})
  response.on('close', () => {
    const { statusCode = 0 } = response
    const why = REFUSALS.includes(statusCode) ? refusalOf(text) : undefined
    if (why === undefined) resolve({ kind: 'foreign', why: `it answers ${statusCode}` })
    else resolve({ kind: 'refused', why })
  })
}

/** Statuses with which an inbox refuses a reader of its stream. */
const REFUSALS = [400, 403, 421, 503]

/** The message of an inbox's refusal; undefined for another answer. */
function refusalOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
