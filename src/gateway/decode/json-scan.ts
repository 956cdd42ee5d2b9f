import { nextTurn } from '../turns.js'
import { DecodeError } from './decode-error.js'

/** The scan remembers where a value of more bytes than this ends, so that a reader can skip it at once. */
export const LARGE_BYTES = 64 * 1024

/**
 * The same for the fields of records, and what is around them: a record may have thousands of fields without a meaning,
 * and one after the other would have to be read to its end.
 */
const FIELD_BYTES = 1024
/** Depth of the fields of a record: request, resources, scopes and records are objects in lists. */
const FIELD_DEPTH = 7

/** A large value: the position of its end, and its number of items or fields. */
export interface LargeValue {
  readonly end: number
  readonly count: number
}

/** Deepest nesting of JSON values: OTLP values nest 64 deep, with four levels of JSON each. */
const MOST_DEPTH = 512
const LONGEST_NUMBER = 400
/** Bytes that are read between two looks at the clock. */
const SLICE_BYTES = 256 * 1024

/** What may come next in the text. */
const EXPECT = { value: 0, valueOrEnd: 1, key: 2, keyOrEnd: 3, colon: 4, commaOrEnd: 5, end: 6 } as const

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const COMMA = 0x2c
const COLON = 0x3a

/**
 * Checks that a body is JSON without building values. Gives the large values by their start.
 * @throws DecodeError when the body is not JSON
 */
export async function scanJson(bytes: Uint8Array): Promise<ReadonlyMap<number, LargeValue>> {
  const scan = new JsonScan(bytes)
  while (!scan.run(SLICE_BYTES)) await nextTurn()
  return scan.large
}

class JsonScan {
  readonly large = new Map<number, LargeValue>()
  readonly #bytes: Uint8Array
  readonly #starts = new Uint32Array(MOST_DEPTH)
  readonly #counts = new Uint32Array(MOST_DEPTH)
  #pos = 0
  #depth = 0
  #expect: number = EXPECT.value
  /** Start of a string that continues from the previous slice; -1 outside of strings. */
  #string = -1

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Reads about `most` bytes more. True at the end of the body. */
  run(most: number): boolean {
    const bytes = this.#bytes
    const stop = Math.min(bytes.length, this.#pos + most)
    while (this.#pos < stop) {
      if (this.#string >= 0) {
        this.#readString(stop)
        continue
      }
      const byte = bytes[this.#pos] as number
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) this.#pos++
      else this.#token(byte)
    }
    if (this.#pos < bytes.length) return false
    if (this.#expect !== EXPECT.end || this.#string >= 0) throw notJson()
    return true
  }

  #token(byte: number): void {
    switch (this.#expect) {
      case EXPECT.value:
      case EXPECT.valueOrEnd:
        if (byte === CLOSE_LIST && this.#expect === EXPECT.valueOrEnd) this.#close()
        else this.#value(byte)
        break
      case EXPECT.key:
      case EXPECT.keyOrEnd:
        if (byte === CLOSE_OBJECT && this.#expect === EXPECT.keyOrEnd) this.#close()
        else this.#key(byte)
        break
      case EXPECT.colon:
        if (byte !== COLON) throw notJson()
        this.#pos++
        this.#expect = EXPECT.value
        break
      case EXPECT.commaOrEnd: {
        const isObject = this.#isInObject()
        if (byte === (isObject ? CLOSE_OBJECT : CLOSE_LIST)) this.#close()
        else if (byte === COMMA) {
          this.#pos++
          this.#expect = isObject ? EXPECT.key : EXPECT.value
        } else throw notJson()
        break
      }
      default:
        throw notJson()
    }
  }

  #isInObject(): boolean {
    return this.#bytes[this.#starts[this.#depth - 1] as number] === OPEN_OBJECT
  }

  #key(byte: number): void {
    if (byte !== QUOTE) throw notJson()
    this.#string = this.#pos++
  }

  #value(byte: number): void {
    if (byte === QUOTE) this.#string = this.#pos++
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#open(byte)
    else {
      this.#pos = scalarEnd(this.#bytes, this.#pos)
      this.#valueEnded()
    }
  }

  #open(byte: number): void {
    if (this.#depth === MOST_DEPTH) throw new DecodeError('Values are nested too deeply.')
    this.#starts[this.#depth] = this.#pos++
    this.#counts[this.#depth++] = 0
    this.#expect = byte === OPEN_OBJECT ? EXPECT.keyOrEnd : EXPECT.valueOrEnd
  }

  #close(): void {
    this.#depth--
    const start = this.#starts[this.#depth] as number
    this.#pos++
    this.#keep(start, this.#counts[this.#depth] as number)
    this.#valueEnded()
  }

  #valueEnded(): void {
    if (this.#depth === 0) {
      this.#expect = EXPECT.end
      return
    }
    const level = this.#depth - 1
    this.#counts[level] = (this.#counts[level] as number) + 1
    this.#expect = EXPECT.commaOrEnd
  }

  #keep(start: number, count: number): void {
    // Not at any depth: nested in each other, values of this length could be hundreds of times as many.
    const most = this.#depth <= FIELD_DEPTH ? FIELD_BYTES : LARGE_BYTES
    if (this.#pos - start > most) this.large.set(start, { end: this.#pos, count })
  }

  #readString(stop: number): void {
    const bytes = this.#bytes
    let at = this.#pos
    while (at < stop) {
      const byte = bytes[at] as number
      if (byte === QUOTE) {
        this.#pos = at + 1
        this.#stringEnded()
        return
      }
      if (byte < 0x20) throw notJson()
      at = byte === BACKSLASH ? escapeEnd(bytes, at) : at + 1
    }
    this.#pos = at
    if (at >= bytes.length) throw notJson()
  }

  #stringEnded(): void {
    const start = this.#string
    this.#string = -1
    this.#keep(start, 0)
    if (this.#expect === EXPECT.key || this.#expect === EXPECT.keyOrEnd) this.#expect = EXPECT.colon
    else this.#valueEnded()
  }
}

function notJson(): DecodeError {
  return new DecodeError('The body is not JSON.')
}

const SHORT_ESCAPES = new Set([...'"\\/bfnrt'].map((letter) => letter.charCodeAt(0)))
const LETTER_U = 'u'.charCodeAt(0)

function escapeEnd(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1] as number
  if (SHORT_ESCAPES.has(letter)) return at + 2
  if (letter !== LETTER_U) throw notJson()
  for (let digit = at + 2; digit < at + 6; digit++) if (!isHex(bytes[digit] as number)) throw notJson()
  return at + 6
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const WORDS = new Set(['true', 'false', 'null'])

/** Where a number, `true`, `false` or `null` ends. */
function scalarEnd(bytes: Uint8Array, start: number): number {
  let text = ''
  let at = start
  for (; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (!isOfScalar(byte)) break
    text += String.fromCharCode(byte)
    if (text.length > LONGEST_NUMBER) throw new DecodeError('A number is too long.')
  }
  if (!WORDS.has(text) && !NUMBER.test(text)) throw notJson()
  return at
}

/** True for the bytes of numbers and of `true`, `false` and `null`: letters, digits, signs and points. */
export function isOfScalar(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  )
}
