import { countWithin, type Span, Spans, without } from './spans.js'

/** One file of a journal, and what is in it. */
export class Segment {
  /** Within the journal's folder. */
  readonly name: string
  bytes = 0
  readonly #spans: (Span | undefined)[] = []
  /** By line the entries that are in it, and those of them that have come to their end. */
  readonly #present: Spans[] = []
  readonly #ended: Spans[] = []

  constructor(name: string) {
    this.name = name
  }

  /** Its entries of a line, of which some may be missing in between. */
  span(line: number): Readonly<Span> | undefined {
    return this.#spans[line]
  }

  /** Entries in it that have not come to their end. */
  get live(): number {
    return sizeOf(this.#present) - sizeOf(this.#ended)
  }

  add(line: number, number: number): void {
    const span = this.#spans[line]
    this.#present[line] ??= new Spans()
    this.#present[line].add(number)
    if (span === undefined) {
      this.#spans[line] = { first: number, last: number }
      return
    }
    span.first = Math.min(span.first, number)
    span.last = Math.max(span.last, number)
  }

  /** Entries have come to their end. Those that are not in it, or had come to their end before, change nothing. */
  end(line: number, first: number, count: number): void {
    const last = first + count - 1
    const present = this.#present[line]?.list() ?? []
    if (countWithin(present, first, last) === 0) return
    this.#ended[line] ??= new Spans()
    const here = present
      .filter((span) => span.last >= first && span.first <= last)
      .map((span) => ({ first: Math.max(span.first, first), last: Math.min(span.last, last) }))
    for (const span of without(here, this.#ended[line].list())) this.#ended[line].add(span.first, span.last)
  }

  /** How many of these entries are in it. */
  countOf(line: number, first: number, count: number): number {
    return countWithin(this.#present[line]?.list() ?? [], first, first + count - 1)
  }

  /** How many of these entries lie in its span. */
  overlap(line: number, first: number, count: number): number {
    const span = this.#spans[line]
    if (span === undefined) return 0
    return Math.max(0, Math.min(span.last, first + count - 1) - Math.max(span.first, first) + 1)
  }
}

function sizeOf(lines: readonly (Spans | undefined)[]): number {
  return lines.reduce((sum, spans) => sum + (spans?.size ?? 0), 0)
}
