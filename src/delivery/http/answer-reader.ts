import { CollectedBytes } from '../../common/collected-bytes.js'
import { MAX_ANSWER_BYTES } from '../../wire/limits.js'
import type { TransportAnswer } from '../../wire/transport.js'
import { networkError } from './network-error.js'

const MAX_HEAD_BYTES = 16 * 1024
const MAX_CHUNK_LINE_BYTES = 1024
const CR = 0x0d
const NOTHING = Buffer.alloc(0)

/** Headers whose lines together say how to read the answer, or whether the connection stays open. */
const LISTS: ReadonlySet<string> = new Set(['connection', 'transfer-encoding'])

/** What the next bytes of an answer belong to. */
type Part =
  | 'head'
  | 'body'
  | 'body until close'
  | 'chunk line'
  | 'chunk'
  | 'chunk end'
  | 'trailers'
  | 'nothing'

/**
 * Reads the answer to one POST from the bytes of a connection: RFC 9112, HTTP/1.0 and HTTP/1.1. Interim answers (1xx)
 * are skipped. The body is cut at 64 KiB. Of a header that comes several times the first one counts, unless it is a list
 * that says how to read the answer.
 */
export class AnswerReader {
  /** Whether any byte has come. */
  hasBegun = false
  /** Whether the connection can carry another request after this answer. */
  keepsOpen = false
  #part: Part = 'head'
  #unread: Buffer = NOTHING
  #status = 0
  #headers: Record<string, string> = {}
  readonly #body = new CollectedBytes()
  /** Bytes that the body, or the chunk, still has. */
  #left = 0
  #trailerBytes = 0

  /**
   * Reads the next bytes.
   * @returns whether the answer is complete
   * @throws Error with code EPROTO for bytes that are no answer of HTTP
   */
  read(bytes: Buffer): boolean {
    this.hasBegun = true
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes])
    while (this.#part !== 'nothing' && this.#readPart());
    if (this.#part !== 'nothing') return false
    // Nobody has asked for these bytes.
    if (this.#unread.length > 0) this.keepsOpen = false
    return true
  }

  /** The peer sends no more. @returns whether the answer is complete */
  end(): boolean {
    if (this.#part === 'body until close') this.#part = 'nothing'
    return this.#part === 'nothing'
  }

  /** The whole answer. */
  get answer(): TransportAnswer {
    const body = this.#body.join().toString('utf8', 0, MAX_ANSWER_BYTES)
    return { status: this.#status, headers: this.#headers, body }
  }

  /** Seconds for which the peer keeps an idle connection, by the header `Keep-Alive`; undefined where it does not say. */
  get keepAliveSeconds(): number | undefined {
    const seconds = /(?:^|[,\s])timeout=(\d{1,9})/i.exec(this.#headers['keep-alive'] ?? '')?.[1]
    return seconds === undefined ? undefined : Number(seconds)
  }

  /** @returns whether there may be more to read */
  #readPart(): boolean {
    switch (this.#part) {
      case 'head':
        return this.#readHead()
      case 'body':
        if (!this.#readLeft()) return false
        this.#part = 'nothing'
        return true
      case 'body until close':
        this.#left = this.#unread.length
        this.#readLeft()
        return false
      case 'chunk line':
        return this.#readChunkLine()
      case 'chunk':
        if (!this.#readLeft()) return false
        this.#part = 'chunk end'
        return true
      case 'chunk end':
        return this.#readChunkEnd()
      case 'trailers':
        return this.#readTrailer()
      default:
        return false
    }
  }

  #readHead(): boolean {
    // Found at once, and not only when the peer of another protocol has closed the connection.
    const start = this.#unread.toString('latin1', 0, 5)
    if (!'HTTP/'.startsWith(start)) throw notHttp()
    const line = this.#unread.indexOf('\n')
    if (line >= 0 && this.#unread[line - 1] !== CR) throw notHttp()
    const end = this.#unread.indexOf('\r\n\r\n')
    if (end > MAX_HEAD_BYTES || (end < 0 && this.#unread.length > MAX_HEAD_BYTES)) throw notHttp()
    if (end < 0) return false
    const [first, ...lines] = this.#unread.toString('latin1', 0, end).split('\r\n') as [string, ...string[]]
    this.#unread = this.#unread.subarray(end + 4)
    const match = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(first)
    if (match === null) throw notHttp()
    this.#status = Number(match[2])
    if (this.#status === 101) throw notHttp()
    if (this.#status < 200) return true
    this.#headers = readHeaders(lines)
    this.#beginBody(match[1] === '1')
    return true
  }

  /** RFC 9112, section 6.3: where the body ends. */
  #beginBody(isNewest: boolean): void {
    const { connection = '', 'transfer-encoding': coding, 'content-length': length } = this.#headers
    const wish = connection.toLowerCase().split(/[\s,]+/)
    this.keepsOpen = isNewest ? !wish.includes('close') : wish.includes('keep-alive')
    if (this.#status === 204 || this.#status === 304) this.#part = 'nothing'
    else if (coding !== undefined) {
      const isChunked = /(^|,)\s*chunked\s*$/i.test(coding)
      if (!isChunked && length !== undefined) throw notHttp()
      this.#part = isChunked ? 'chunk line' : 'body until close'
      // Two ways to say where the body ends may have been read in two ways on the way to us.
      if (!isChunked || length !== undefined) this.keepsOpen = false
    } else if (length !== undefined) {
      if (!/^\d{1,15}$/.test(length)) throw notHttp()
      this.#left = Number(length)
      this.#part = this.#left === 0 ? 'nothing' : 'body'
    } else {
      this.#part = 'body until close'
      this.keepsOpen = false
    }
  }

  /** Moves unread bytes to the body. @returns whether all that were left have been moved */
  #readLeft(): boolean {
    const bytes = this.#unread.subarray(0, this.#left)
    this.#unread = this.#unread.subarray(bytes.length)
    this.#left -= bytes.length
    if (this.#body.length < MAX_ANSWER_BYTES) this.#body.append(bytes)
    if (this.#body.length < MAX_ANSWER_BYTES) return this.#left === 0
    // The rest is not read.
    if (this.#left > 0 || this.#part !== 'body') this.keepsOpen = false
    this.#part = 'nothing'
    return false
  }

  #readChunkLine(): boolean {
    const line = this.#readLine(MAX_CHUNK_LINE_BYTES)
    if (line === undefined) return false
    const size = Number.parseInt(/^([0-9a-f]+)\s*(?:;|$)/i.exec(line)?.[1] ?? '', 16)
    if (!Number.isSafeInteger(size)) throw notHttp()
    this.#left = size
    this.#part = this.#left === 0 ? 'trailers' : 'chunk'
    return true
  }

  #readChunkEnd(): boolean {
    const line = this.#readLine(MAX_CHUNK_LINE_BYTES)
    if (line === undefined) return false
    if (line !== '') throw notHttp()
    this.#part = 'chunk line'
    return true
  }

  #readTrailer(): boolean {
    const line = this.#readLine(MAX_HEAD_BYTES)
    if (line === undefined) return false
    this.#trailerBytes += line.length
    if (this.#trailerBytes > MAX_HEAD_BYTES) throw notHttp()
    if (line === '') this.#part = 'nothing'
    return true
  }

  #readLine(most: number): string | undefined {
    const end = this.#unread.indexOf('\r\n')
    if (end > most || (end < 0 && this.#unread.length > most)) throw notHttp()
    if (end < 0) return undefined
    const line = this.#unread.toString('latin1', 0, end)
    this.#unread = this.#unread.subarray(end + 2)
    return line
  }
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  for (const line of lines) {
    const colon = line.indexOf(':')
    // A line that begins with a space would continue the one before, as nobody writes any more: RFC 9112, section 5.2.
    if (colon < 1 || /[\s]/.test(line.slice(0, colon))) throw notHttp()
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (/[\0\r\n]/.test(value)) throw notHttp()
    if (name === 'content-length' && headers[name] !== undefined) throw notHttp()
    const before = headers[name]
    if (before === undefined) headers[name] = value
    else if (LISTS.has(name)) headers[name] = `${before}, ${value}`
  }
  return headers
}

function notHttp(): Error {
  return networkError('EPROTO', 'The answer is not HTTP')
}
