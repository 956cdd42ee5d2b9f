/** The first and the last number, both included. */
export interface Span {
  first: number
  last: number
}

/** One file of a journal, with an index of its content. */
export class Segment {
  /** File name within the journal's folder. */
  readonly name: string
  bytes = 0
  /** Entries in the file that are neither delivered nor dropped. */
  live = 0
  readonly #spans: (Span | undefined)[] = []

  constructor(name: string) {
    this.name = name
  }

  /** The range of a queue's entries in the file; some in between may be missing. */
  span(queue: number): Readonly<Span> | undefined {
    return this.#spans[queue]
  }

  add(queue: number, number: number): void {
    const span = this.#spans[queue]
    this.live++
    if (span === undefined) {
      this.#spans[queue] = { first: number, last: number }
      return
    }
    span.first = Math.min(span.first, number)
    span.last = Math.max(span.last, number)
  }

  /** How many of these entries lie within the file's range. */
  overlap(queue: number, first: number, count: number): number {
    const span = this.#spans[queue]
    if (span === undefined) return 0
    return Math.max(0, Math.min(span.last, first + count - 1) - Math.max(span.first, first) + 1)
  }
}
