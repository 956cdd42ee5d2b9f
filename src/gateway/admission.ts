import type { Clock } from '../common/clock.js'

/** The share of one request in the bytes and requests that the gateway holds at one time. */
export interface Admitted {
  /** Bytes that the request holds. */
  readonly bytes: number
  /** Reserves more bytes for the request; false when the gateway has no room for them. */
  grow(bytes: number): boolean
  /** The whole body has arrived and work on it begins; false when too many requests are being worked on. */
  start(): boolean
  leave(): void
}

interface Reader {
  readonly sinceMs: number
  bytes: number
  readonly cut: () => void
  readonly leave: () => void
}

/** How many bodies may be read at one time, for each request that may be worked on. */
const READERS_PER_REQUEST = 8
/** A body that arrives more slowly than this is cut off when another request needs its room. */
const SLOW_BYTES_PER_MS = 16
/** No body counts as slow before this time. */
const SLOW_MS = 2000

/**
 * Bounds the requests and bytes under way. A request that finds no room is not lost: its sender keeps it and tries
 * again. Only a request whose whole body has arrived counts as one of the requests under way; a body that is still
 * arriving does not.
 */
export class Admission {
  /** Requests whose whole body has arrived. */
  requests = 0
  bytes = 0
  readonly #mostRequests: number
  readonly #mostBytes: number
  readonly #clock: Clock
  readonly #readers = new Set<Reader>()

  constructor(mostRequests: number, mostBytes: number, clock: Clock) {
    this.#mostRequests = mostRequests
    this.#mostBytes = mostBytes
    this.#clock = clock
  }

  /**
   * @param cut closes the connection of a request whose body is too slow, without an answer, so that it is sent again
   */
  enter(cut: () => void): Admitted | undefined {
    if (this.requests >= this.#mostRequests) return undefined
    if (this.#readers.size >= this.#mostRequests * READERS_PER_REQUEST && !this.#cutSlowest())
      return undefined
    let isWorking = false
    let hasLeft = false
    const leave = () => {
      if (hasLeft) return
      hasLeft = true
      this.#readers.delete(reader)
      if (isWorking) this.requests--
      this.bytes -= reader.bytes
    }
    const reader: Reader = { sinceMs: this.#clock.monotonic(), bytes: 0, cut, leave }
    this.#readers.add(reader)
    return {
      get bytes() {
        return reader.bytes
      },
      grow: (bytes) => {
        if (hasLeft || !this.#makeRoom(reader, bytes)) return false
        reader.bytes += bytes
        this.bytes += bytes
        return true
      },
      start: () => {
        if (this.requests >= this.#mostRequests) return false
        this.#readers.delete(reader)
        isWorking = true
        this.requests++
        return true
      },
      leave,
    }
  }

  #makeRoom(reader: Reader, bytes: number): boolean {
    // A body of any permitted size has room when nothing else is here.
    const fits = () => this.bytes === reader.bytes || this.bytes + bytes <= this.#mostBytes
    while (!fits()) if (!this.#cutSlowest(reader)) return false
    return true
  }

  /** Cuts off the slowest body. False when no body is slow. */
  #cutSlowest(except?: Reader): boolean {
    const now = this.#clock.monotonic()
    let slowest: Reader | undefined
    let leastRate = SLOW_BYTES_PER_MS
    for (const reader of this.#readers) {
      const ageMs = now - reader.sinceMs
      const rate = reader.bytes / ageMs
      if (reader === except || ageMs < SLOW_MS || rate >= leastRate) continue
      slowest = reader
      leastRate = rate
    }
    slowest?.leave()
    slowest?.cut()
    return slowest !== undefined
  }
}
