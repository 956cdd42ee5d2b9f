import { BufferPool } from '../stateless/buffer-pool.js'

/** A request's share of what the gateway holds at one time. */
export interface Admitted {
  /** What it takes. */
  readonly bytes: number
  /** Takes more bytes; false when there is no room for them. */
  grow(bytes: number): boolean
  /** Memory of at least so many bytes for its body, its own until it leaves. Asked for once. */
  place(bytes: number): Buffer
  leave(): void
}

/** Bounds requests and bytes under way. What finds no room is not lost: its sender keeps it and asks again. */
export class Admission {
  requests = 0
  bytes = 0
  readonly #mostRequests: number
  readonly #mostBytes: number
  readonly #pool = new BufferPool()

  constructor(mostRequests: number, mostBytes: number) {
    this.#mostRequests = mostRequests
    this.#mostBytes = mostBytes
  }

  enter(): Admitted | undefined {
    if (this.requests >= this.#mostRequests) return undefined
    this.requests++
    let own = 0
    let place: Buffer | undefined
    let hasLeft = false
    return {
      get bytes() {
        return own
      },
      grow: (bytes) => {
        // Whatever may come at all has room when nothing else is here.
        const isAlone = this.bytes === own
        if (!isAlone && this.bytes + bytes > this.#mostBytes) return false
        own += bytes
        this.bytes += bytes
        return true
      },
      place: (bytes) => {
        place = this.#pool.take(bytes)
        return place
      },
      leave: () => {
        if (hasLeft) return
        hasLeft = true
        this.requests--
        this.bytes -= own
        if (place !== undefined) this.#pool.give(place)
      },
    }
  }
}
