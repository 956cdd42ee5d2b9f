/** From and to, both included. */
export interface Span {
  first: number
  last: number
}

/** A set of numbers as few spans. Numbers may be added in any order; ascending order is fastest. */
export class Spans {
  readonly #spans: Span[] = []
  #isSorted = true

  add(first: number, last = first): void {
    const tail = this.#spans.at(-1)
    if (tail === undefined || first > tail.last + 1) this.#spans.push({ first, last })
    else if (first >= tail.first) tail.last = Math.max(tail.last, last)
    else {
      this.#spans.push({ first, last })
      this.#isSorted = false
    }
  }

  delete(first: number, last = first): void {
    const list = this.list()
    if (countWithin(list, first, last) === 0) return
    const left = without(list, [{ first, last }])
    this.#spans.splice(0, Number.POSITIVE_INFINITY, ...left)
  }

  /** How many numbers they hold. */
  get size(): number {
    return this.list().reduce((sum, { first, last }) => sum + last - first + 1, 0)
  }

  /** In order, none touching the next. */
  list(): readonly Readonly<Span>[] {
    if (this.#isSorted) return this.#spans
    const all = this.#spans.splice(0).sort((a, b) => a.first - b.first)
    this.#isSorted = true
    for (const { first, last } of all) this.add(first, last)
    return this.#spans
  }
}

/** The parts of `spans` that are in none of `others`. */
export function without(spans: readonly Readonly<Span>[], others: readonly Readonly<Span>[]): Span[] {
  const left: Span[] = []
  let n = 0
  for (const span of spans) {
    let { first } = span
    while (n < others.length && (others[n] as Span).last < first) n++
    for (let m = n; m < others.length && (others[m] as Span).first <= span.last; m++) {
      const other = others[m] as Span
      if (other.first > first) left.push({ first, last: other.first - 1 })
      first = other.last + 1
    }
    if (first <= span.last) left.push({ first, last: span.last })
  }
  return left
}

/** How many numbers of `spans` lie between `first` and `last`, both included. */
export function countWithin(spans: readonly Readonly<Span>[], first: number, last: number): number {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle] as Span).last < first) low = middle + 1
    else high = middle
  }
  let count = 0
  for (let n = low; n < spans.length && (spans[n] as Span).first <= last; n++) {
    const span = spans[n] as Span
    count += Math.min(span.last, last) - Math.max(span.first, first) + 1
  }
  return count
}
