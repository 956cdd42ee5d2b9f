import { countWithin, type Span, Spans, without } from './spans.js'

/** One file of a journal, with an index of its content. */
export class Segment {
  /** File name within the journal's folder. */
  readonly name: string
  bytes = 0
  readonly #spans: (Span | undefined)[] = []
  /** By line the entries that are in it, and those of them that have come to their end. */
  readonly #present: Spans[] = []
  readonly #ended: Spans[] = []

  constructor(name: string) {
    this.name = name
  }

  /** The range of a queue's entries in the file; some in between may be missing. */
  span(queue: number): Readonly<Span> | undefined {
    return this.#spans[queue]
  }

  /** Entries in it that have not come to their end. */
  get live(): number {
    return sizeOf(this.#present) - sizeOf(this.#ended)
  }

  add(queue: number, number: number): void {
    const span = this.#spans[queue]
    this.#present[queue] ??= new Spans()
    this.#present[queue].add(number)
    // An entry that had left the journal has come back.
    this.#ended[queue]?.delete(number)
    if (span === undefined) {
      this.#spans[queue] = { first: number, last: number }
      return
    }
    span.first = Math.min(span.first, number)
    span.last = Math.max(span.last, number)
  }

  /** Entries have come to their end. Those that are not in it, or had come to their end before, change nothing. */
  end(queue: number, first: number, count: number): void {
    const last = first + count - 1
    const present = this.#present[queue]?.list() ?? []
    if (countWithin(present, first, last) === 0) return
    this.#ended[queue] ??= new Spans()
    const here = present
      .filter((span) => span.last >= first && span.first <= last)
      .map((span) => ({ first: Math.max(span.first, first), last: Math.min(span.last, last) }))
    for (const span of without(here, this.#ended[queue].list())) this.#ended[queue].add(span.first, span.last)
  }

  /** Whether any of these entries is in it and has not come to its end. */
  hasLive(queue: number, first: number, count: number): boolean {
    const within = (spans: Spans | undefined) => countWithin(spans?.list() ?? [], first, first + count - 1)
    return within(this.#present[queue]) > within(this.#ended[queue])
  }

  /** How many of these entries lie in its span. */
  overlap(queue: number, first: number, count: number): number {
    const span = this.#spans[queue]
    if (span === undefined) return 0
    return Math.max(0, Math.min(span.last, first + count - 1) - Math.max(span.first, first) + 1)
  }
}

function sizeOf(lines: readonly (Spans | undefined)[]): number {
  return lines.reduce((sum, spans) => sum + (spans?.size ?? 0), 0)
}
