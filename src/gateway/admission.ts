import type { Clock } from '../common/clock.js'

/** A request's share of what the gateway holds at one time. */
export interface Admitted {
  /** What it takes. */
  readonly bytes: number
  /** Takes more bytes; false when there is no room for them. */
  grow(bytes: number): boolean
  /** Its body is whole, and work begins; false when there is too much work under way. */
  start(): boolean
  leave(): void
}

interface Reader {
  readonly sinceMs: number
  bytes: number
  readonly cut: () => void
  readonly leave: () => void
}

/** Bodies that are read at one time, for each request that may be worked on. */
const READERS_PER_REQUEST = 8
/** Who is slower than this makes room, when there is none left for another. */
const SLOW_BYTES_PER_MS = 16
/** Nobody is slow before. */
const SLOW_MS = 2000

/**
 * Bounds requests and bytes under way. What finds no room is not lost: its sender keeps it and asks again. A place among
 * the requests is taken by work that is there, and not by a body that is still to come.
 */
export class Admission {
  /** Requests whose body is whole. */
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

  /** @param cut ends the request whose body is too slow, without an answer, so that it is sent again */
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
    // Whatever may come at all has room when nothing else is here.
    const fits = () => this.bytes === reader.bytes || this.bytes + bytes <= this.#mostBytes
    while (!fits()) if (!this.#cutSlowest(reader)) return false
    return true
  }

  /** Cuts the body that comes in most slowly. False when none is slow. */
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
