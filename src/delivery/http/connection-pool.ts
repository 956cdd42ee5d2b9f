import type { Connect } from './connect.js'
import { Connection } from './connection.js'
import { networkError } from './network-error.js'

/**
 * Kept-alive connections of one route, at most `most`. The one that was used last is used next, so that those that are
 * not needed become old and are closed by the peer.
 */
export class ConnectionPool {
  readonly #connect: Connect
  readonly #most: number
  readonly #idle: Connection[] = []
  readonly #busy = new Set<Connection>()
  /** Closes the connections that are still being made. */
  readonly #connecting = new Set<(error: Error) => void>()
  /** Callers for whom no connection is free, by age. */
  readonly #waiting = new Set<() => void>()
  #isClosed = false
  /** Callers who have a connection or are getting one. */
  #callers = 0

  constructor(connect: Connect, most: number) {
    this.#connect = connect
    this.#most = most
  }

  /**
   * Lends a connection to `send` until its promise settles, as soon as one is free.
   * @param isFresh whether it must be a new one
   * @throws Error with code ETIMEDOUT when the signal aborts before, ECONNRESET when the pool is closed
   */
  async use<T>(
    signal: AbortSignal | undefined,
    isFresh: boolean,
    send: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    if (signal?.aborted) throw networkError('ETIMEDOUT', 'No answer in time', signal.reason)
    if (this.#callers < this.#most) this.#callers++
    else await this.#untilFree(signal)
    try {
      if (this.#isClosed) throw closedError()
      const idle = this.#takeIdle()
      // Closed for the sake of the limit.
      if (isFresh) idle?.destroy()
      const connection = isFresh || idle === undefined ? await this.#open(signal) : idle
      this.#busy.add(connection)
      try {
        return await send(connection)
      } finally {
        this.#busy.delete(connection)
        if (connection.isUsable && !this.#isClosed) this.#idle.push(connection)
        else connection.destroy()
      }
    } finally {
      const [next] = this.#waiting
      if (next === undefined) this.#callers--
      // The next caller takes this one's place.
      else next()
    }
  }

  /** Closes the connections that nobody uses. */
  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.destroy()
  }

  /** Closes all connections. What is on its way fails. */
  close(): void {
    this.#isClosed = true
    this.closeIdle()
    for (const connection of this.#busy) connection.destroy(closedError())
    for (const cancel of this.#connecting) cancel(closedError())
  }

  #takeIdle(): Connection | undefined {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.isUsable) return last
      last.destroy()
    }
    return undefined
  }

  #open(signal: AbortSignal | undefined): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = this.#connect((error, connected) => {
        signal?.removeEventListener('abort', abort)
        this.#connecting.delete(cancel)
        if (connected === undefined) reject(error)
        else resolve(new Connection(connected))
      })
      const cancel = (error: Error) => socket.destroy(error)
      const abort = () => cancel(networkError('ETIMEDOUT', 'No connection in time', signal?.reason))
      this.#connecting.add(cancel)
      signal?.addEventListener('abort', abort)
    })
  }

  #untilFree(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(go)
        signal?.removeEventListener('abort', abort)
      }
      const go = () => {
        leave()
        resolve()
      }
      const abort = () => {
        leave()
        reject(networkError('ETIMEDOUT', 'No free connection in time', signal?.reason))
      }
      this.#waiting.add(go)
      signal?.addEventListener('abort', abort)
    })
  }
}

function closedError(): Error {
  return networkError('ECONNRESET', 'The transport was closed')
}
