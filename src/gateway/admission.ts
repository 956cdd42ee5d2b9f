/** A request's share of what the gateway holds at one time. */
export interface Admitted {
  /** What it takes. */
  readonly bytes: number
  /** Takes more bytes; false when there is no room for them. */
  grow(bytes: number): boolean
  leave(): void
}

/** Bounds requests and bytes under way. What finds no room is not lost: its sender keeps it and asks again. */
export class Admission {
  requests = 0
  bytes = 0
  readonly #mostRequests: number
  readonly #mostBytes: number

  constructor(mostRequests: number, mostBytes: number) {
    this.#mostRequests = mostRequests
    this.#mostBytes = mostBytes
  }

  enter(): Admitted | undefined {
    if (this.requests >= this.#mostRequests) return undefined
    this.requests++
    let own = 0
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
      leave: () => {
        if (hasLeft) return
        hasLeft = true
        this.requests--
        this.bytes -= own
      },
    }
  }
}
