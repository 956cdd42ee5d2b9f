import type { Socket } from 'node:net'
import { setImmediate, systemClock } from '../../common/clock.js'
import type { TransportAnswer } from '../../wire/transport.js'
import { AnswerReader } from './answer-reader.js'
import { networkError } from './network-error.js'

/** How long before the peer closes an idle connection it is not used any more, in ms. */
const CLOSING_MS = 1_000

/** One POST on its way. */
export interface Post {
  /** Request line and headers, up to and with the empty line. */
  readonly head: string
  readonly body: Uint8Array
  readonly signal: AbortSignal | undefined
  /** See {@link WatchedTransport}. */
  readonly onWritten: (isWritten: boolean) => void
}

/** The peer closed a kept-alive connection just as it was used again, and has answered nothing of the request. */
export class StaleConnectionError extends Error {}

/**
 * A connection that carries one POST after the other over HTTP/1.1.
 *
 * It writes to the socket and reads from it by itself, because the streams and listeners that Node's HTTP client makes
 * for each request took a third of the CPU of a POST: docs/performance.md.
 */
export class Connection {
  readonly #socket: Socket
  #exchange: Exchange | undefined
  #hasServed = false
  #usableUntil = Number.POSITIVE_INFINITY

  /** @param socket connected, and without bytes that came before */
  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('end', () => this.#end())
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(closedError()))
  }

  /** Whether it can carry the next POST. */
  get isUsable(): boolean {
    const { writable, readable, destroyed } = this.#socket
    return writable && readable && !destroyed && systemClock.monotonic() < this.#usableUntil
  }

  /**
   * Must not be called before the former POST has ended.
   * @throws StaleConnectionError when the peer had closed the connection before
   */
  send({ head, body, signal, onWritten }: Post): Promise<TransportAnswer> {
    return new Promise((resolve, reject) => {
      const abort = () => this.destroy(networkError('ETIMEDOUT', 'No answer in time', signal?.reason))
      const exchange: Exchange = {
        reader: new AnswerReader(),
        isWritten: false,
        isAnswered: false,
        end: (settle) => {
          this.#exchange = undefined
          this.#hasServed = true
          signal?.removeEventListener('abort', abort)
          onWritten(false)
          settle(resolve, reject)
        },
      }
      this.#exchange = exchange
      if (signal?.aborted) {
        abort()
        return
      }
      signal?.addEventListener('abort', abort)
      const written = () => {
        if (exchange.isWritten || this.#exchange !== exchange) return
        exchange.isWritten = true
        onWritten(true)
      }
      const socket = this.#socket
      const before = takenBytes(socket)
      // Head and body leave in one system call.
      socket.cork()
      socket.write(head, 'latin1')
      socket.write(body, (error) => error || written())
      socket.uncork()
      // TLS tells only in the next turn of the event loop, and the process may end in this one.
      if (takenBytes(socket) - before >= head.length + body.byteLength) written()
    })
  }

  /** Closes the connection. A POST on its way fails with the error. */
  destroy(error?: Error): void {
    if (error !== undefined) this.#fail(error)
    this.#socket.destroy()
  }

  #read(bytes: Buffer): void {
    const exchange = this.#exchange
    try {
      // Nobody has asked for bytes without a POST.
      if (exchange === undefined || exchange.isAnswered) this.destroy()
      else if (exchange.reader.read(bytes)) this.#complete(exchange)
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  #end(): void {
    const exchange = this.#exchange
    if (exchange?.reader.end()) this.#complete(exchange)
    else this.destroy(closedError())
  }

  #complete(exchange: Exchange): void {
    if (exchange.isWritten) this.#conclude(exchange)
    else if (!exchange.isAnswered) {
      // TLS tells only after the sockets are read that a request is written.
      exchange.isAnswered = true
      setImmediate(() => this.#conclude(exchange))
    }
  }

  #conclude(exchange: Exchange): void {
    if (this.#exchange !== exchange) return
    const { reader, isWritten, end } = exchange
    const seconds = reader.keepAliveSeconds
    if (seconds !== undefined) this.#usableUntil = systemClock.monotonic() + seconds * 1000 - CLOSING_MS
    // An answer to half a request: the rest of the request must not look like the next one.
    if (!reader.keepsOpen || !isWritten) this.#socket.destroy()
    end((resolve) => resolve(reader.answer))
  }

  #fail(error: NodeJS.ErrnoException): void {
    const exchange = this.#exchange
    if (exchange === undefined) return
    if (exchange.isAnswered) {
      this.#conclude(exchange)
      return
    }
    const { reader, end } = exchange
    const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE'
    const isStale = this.#hasServed && isClosed && !reader.hasBegun
    end((_, reject) => reject(isStale ? new StaleConnectionError(error.message, { cause: error }) : error))
  }
}

interface Exchange {
  readonly reader: AnswerReader
  /** Whether the operating system has the whole request. */
  isWritten: boolean
  /** Whether the whole answer has come. */
  isAnswered: boolean
  end(settle: (resolve: (answer: TransportAnswer) => void, reject: (error: Error) => void) => void): void
}

/** Node's handle of a socket; that of TLS has the handle of TCP as its parent. */
interface Handle {
  readonly _parent?: Handle | null
  readonly bytesWritten?: number
  readonly writeQueueSize?: number
}

/**
 * How many bytes the operating system has taken from the socket. NaN while others wait for it, and where Node does not
 * tell: no public interface does, so fields of the handle are read that all lines of Node have.
 */
function takenBytes(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null }
  const { bytesWritten, writeQueueSize } = handle?._parent ?? handle ?? {}
  return writeQueueSize === 0 ? (bytesWritten ?? Number.NaN) : Number.NaN
}

function closedError(): Error {
  return networkError('ECONNRESET', 'The connection was closed before the answer came')
}
