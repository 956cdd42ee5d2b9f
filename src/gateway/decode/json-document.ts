import { setField } from '../../translate/property.js'
import { DecodeError, TooMuchError } from './decode-error.js'
import { isOfScalar, LARGE_BYTES, type LargeValue, scanJson } from './json-scan.js'
import type { ValueBudget } from './value-budget.js'

/** A value within the body, by the positions of its first byte and of the byte behind its last. */
export interface JsonRange {
  readonly start: number
  readonly end: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const OPEN_LIST = 0x5b
const LETTER_U = 0x75
/** Longer than every field name of OTLP. */
const LONGEST_NAME = 64
/** Fields of one object that are looked at. Objects of OTLP have a dozen: what has many is a list there. */
const MOST_FIELDS = 10_000

/** Stands at the end of a list for the items that were not read. */
export class Unread {
  readonly count: number

  constructor(count: number) {
    this.count = count
  }
}

/** A JSON body that is read part by part. Parsed as a whole it could take a hundred times its length in memory. */
export class JsonDocument {
  readonly #bytes: Buffer
  readonly #large: ReadonlyMap<number, LargeValue>

  private constructor(bytes: Buffer, large: ReadonlyMap<number, LargeValue>) {
    this.#bytes = bytes
    this.#large = large
  }

  /** @throws DecodeError when the body is not JSON */
  static async open(bytes: Buffer): Promise<JsonDocument> {
    return new JsonDocument(bytes, await scanJson(bytes))
  }

  get root(): JsonRange {
    const start = this.#skipSpace(0)
    return { start, end: this.#end(start) }
  }

  /** The kind of a value follows from its first byte. */
  isObject({ start }: JsonRange): boolean {
    return this.#bytes[start] === OPEN_OBJECT
  }

  isList({ start }: JsonRange): boolean {
    return this.#bytes[start] === OPEN_LIST
  }

  isNull({ start }: JsonRange): boolean {
    return this.#bytes[start] === 0x6e
  }

  /** The items of a list, in their order. */
  *items({ start, end }: JsonRange): Generator<JsonRange> {
    let at = this.#skipSpace(start + 1)
    while (at < end - 1) {
      const item = { start: at, end: this.#end(at) }
      yield item
      at = this.#skipSpace(this.#skipSpace(item.end) + 1)
    }
  }

  /** How many items a list has. */
  countOf(range: JsonRange): number {
    const known = this.#large.get(range.start)
    if (known !== undefined) return known.count
    let count = 0
    for (const _ of this.items(range)) count++
    return count
  }

  /** The fields of an object, in their order. A name that is longer than any of OTLP may be cut. */
  *fields(range: JsonRange): Generator<readonly [string, JsonRange]> {
    if ((this.#large.get(range.start)?.count ?? 0) > MOST_FIELDS) {
      throw new TooMuchError('There are too many fields in one object.')
    }
    let at = this.#skipSpace(range.start + 1)
    while (at < range.end - 1) {
      const afterName = this.#end(at)
      const name = this.#name(at, afterName)
      const start = this.#skipSpace(this.#skipSpace(afterName) + 1)
      const value = { start, end: this.#end(start) }
      yield [name, value]
      at = this.#skipSpace(this.#skipSpace(value.end) + 1)
    }
  }

  /** True for a value small enough to be parsed as a whole. */
  isSmall({ start, end }: JsonRange): boolean {
    return end - start <= LARGE_BYTES
  }

  /** Reads a value as far as the budget allows. A list that is not read to its end ends with an {@link Unread}. */
  read(range: JsonRange, budget: ValueBudget): unknown {
    if (this.isSmall(range)) {
      const value = this.#parse(range.start, range.end)
      charge(value, budget)
      return value
    }
    const first = this.#bytes[range.start]
    if (first === QUOTE) return this.#text(range, budget)
    return first === OPEN_LIST ? this.#list(range, budget) : this.#object(range, budget)
  }

  #list(range: JsonRange, budget: ValueBudget): unknown[] {
    budget.takeValue()
    const list: unknown[] = []
    for (const item of this.items(range)) {
      if (budget.isSpent) {
        list.push(new Unread(this.countOf(range) - list.length))
        break
      }
      list.push(this.read(item, budget))
    }
    return list
  }

  #object(range: JsonRange, budget: ValueBudget): Record<string, unknown> {
    budget.takeValue()
    const object: Record<string, unknown> = {}
    for (const [name, value] of this.fields(range)) {
      if (budget.isSpent) break
      setField(object, name, this.read(value, budget))
    }
    return object
  }

  #text({ start, end }: JsonRange, budget: ValueBudget): string {
    const most = budget.takeText(end - start - 2)
    return this.#parse(start, this.#textEnd(start + 1, end - 1, most), '"') as string
  }

  /**
   * Where the text that begins at `from` ends, or where `most` units of it do: never within a character or an escape.
   */
  #textEnd(from: number, end: number, most: number): number {
    if (end - from <= most) return end
    const bytes = this.#bytes
    let at = from
    for (let units = 0; units < most && at < end; units++) {
      if (bytes[at] === BACKSLASH) at += bytes[at + 1] === LETTER_U ? 6 : 2
      else
        do at++
        while (at < end && ((bytes[at] as number) & 0xc0) === 0x80)
    }
    return at
  }

  #parse(start: number, end: number, tail = ''): unknown {
    // A JavaScript number cannot hold an integer of so many digits exactly, so it stays a text.
    if (end - start <= 20 && end - start >= 16) {
      const digits = this.#bytes.toString('latin1', start, end)
      if (/^-?\d+$/.test(digits)) return digits
    }
    const isCut = tail !== '' && this.#bytes[end] !== QUOTE
    const text = this.#bytes.toString('utf8', start, tail === '' || isCut ? end : end + 1)
    try {
      return JSON.parse(withExactIntegers(isCut ? text + tail : text))
    } catch {
      throw new DecodeError('The body is not JSON.')
    }
  }

  #name(start: number, end: number): string {
    const cut = Math.min(end - 1, start + LONGEST_NAME)
    const text = this.#bytes.toString('latin1', start + 1, cut)
    return text.includes('\\') && cut === end - 1 ? String(this.#parse(start, end)) : text
  }

  #skipSpace(from: number): number {
    let at = from
    for (;;) {
      const byte = this.#bytes[at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
      at++
    }
  }

  /** Where the value that begins at `start` ends. Large values are known from the scan, others are short to walk. */
  #end(start: number): number {
    const known = this.#large.get(start)
    if (known !== undefined) return known.end
    const bytes = this.#bytes
    const first = bytes[start]
    let at = start
    if (first !== QUOTE && first !== OPEN_OBJECT && first !== OPEN_LIST) {
      while (at < bytes.length && isOfScalar(bytes[at] as number)) at++
      return at
    }
    let depth = 0
    do {
      const byte = bytes[at]
      if (byte === QUOTE) at = this.#stringEnd(at)
      else {
        if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++
        else if (byte === OPEN_OBJECT + 2 || byte === OPEN_LIST + 2) depth--
        at++
      }
    } while (depth > 0)
    return at
  }

  #stringEnd(start: number): number {
    const bytes = this.#bytes
    let at = start + 1
    while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
    return at + 1
  }
}

/** Charges the budget for all the values in `value`. */
function charge(value: unknown, budget: ValueBudget): void {
  budget.takeValue()
  if (typeof value === 'string') budget.takeText(value.length)
  else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) charge(part, budget)
  }
}

/** 64-bit integers are strings in OTLP/JSON but may also come as numbers, which JSON.parse would round. */
function withExactIntegers(json: string): string {
  return json.replace(
    /("(?:intValue|int_value|\w{0,20}(?:UnixNano|unix_nano))"\s{0,9}:\s{0,9})(-?\d{16,20})(?=[\s,}])/g,
    '$1"$2"',
  )
}
