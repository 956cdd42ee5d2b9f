import { Buffer } from 'node:buffer'
import { toPlain } from '../../translate/plain.js'
import type { OtlpReader } from '../decode/otlp-reader.js'
import type { JsonPages } from './json-pages.js'

/** Most bytes that are written, so that no log can come near the limit of its size. */
const MOST_BYTES = 32 * 1024
/** Room for a number or a mark behind the last text. */
const ROOM = 256
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
/** A loop over this many bytes is faster than a call. */
const FEW_BYTES = 24
const HEX = Buffer.from('0123456789abcdef')

/**
 * Writes JSON from the bytes of a body, without strings and objects in between. Each method gives false for a value
 * that it cannot write; what was written of it has to be dropped then.
 */
export class JsonBytes {
  readonly #bytes = Buffer.alloc(MOST_BYTES + ROOM)
  #end = 0

  clear(): void {
    this.#end = 0
  }

  get length(): number {
    return this.#end
  }

  /** Copies all that was written. */
  keepIn(pages: JsonPages): ReturnType<JsonPages['keep']> {
    return pages.keep(this.#bytes, this.#end)
  }

  /** Copies JSON. */
  json(json: Uint8Array): boolean {
    const { length } = json
    if (this.#end + length > MOST_BYTES) return false
    if (length > FEW_BYTES) {
      this.#bytes.set(json, this.#end)
      this.#end += length
    } else for (let index = 0; index < length; index++) this.#bytes[this.#end++] = json[index] as number
    return true
  }

  /** Writes an id as hex digits, without quotes. */
  hex(bytes: Uint8Array, from: number, end: number): boolean {
    let union = 0
    for (let index = from; index < end; index++) {
      const byte = bytes[index] as number
      union |= byte
      this.#bytes[this.#end++] = HEX[byte >> 4] as number
      this.#bytes[this.#end++] = HEX[byte & 15] as number
    }
    return union !== 0
  }

  /** Writes ASCII that needs no escapes, without quotes. */
  ascii(text: string): boolean {
    if (this.#end + text.length > MOST_BYTES + ROOM / 2) return false
    for (let index = 0; index < text.length; index++) this.#bytes[this.#end++] = text.charCodeAt(index)
    return true
  }

  /** Writes a text with its quotes. False for a text with a character that JSON escapes. */
  quoted(bytes: Uint8Array, from: number, end: number): boolean {
    if (this.#end + end - from + 2 > MOST_BYTES) return false
    const out = this.#bytes
    let at = this.#end
    out[at++] = QUOTE
    for (let index = from; index < end; index++) {
      const byte = bytes[index] as number
      if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) return false
      out[at++] = byte
    }
    out[at++] = QUOTE
    this.#end = at
    return true
  }

  /**
   * Writes the AnyValue that reaches from the reader's position to `end`: a text, flag, number, or a list of these.
   * False for one that does not have exactly one field.
   */
  value(reader: OtlpReader, end: number, mayBeList = true): boolean {
    if (reader.pos >= end) return false
    switch (reader.uint32()) {
      case 10: {
        const length = reader.uint32()
        const from = reader.pos
        reader.pos += length
        return reader.pos === end && this.quoted(reader.buf, from, end)
      }
      case 16:
        return this.ascii(reader.bool() ? 'true' : 'false') && reader.pos === end
      case 24:
        return this.#number(reader.exactInteger()) && reader.pos === end
      case 33:
        return this.#number(reader.double()) && reader.pos === end
      case 42:
        return mayBeList && this.#list(reader, reader.uint32(), end)
      default:
        return false
    }
  }

  #number(value: number | bigint): boolean {
    if (typeof value === 'number' && value >= 0 && value < 10_000 && Number.isInteger(value)) {
      this.#digits(value)
      return true
    }
    const isPlain = typeof value === 'number' && (Number.isSafeInteger(value) || value % 1 !== 0)
    return this.ascii(isPlain && Number.isFinite(value) ? String(value) : JSON.stringify(toPlain(value)))
  }

  /** A number below 10 000, of which a text would take longer. */
  #digits(value: number): void {
    if (value >= 1000) this.#bytes[this.#end++] = 0x30 + Math.floor(value / 1000)
    if (value >= 100) this.#bytes[this.#end++] = 0x30 + (Math.floor(value / 100) % 10)
    if (value >= 10) this.#bytes[this.#end++] = 0x30 + (Math.floor(value / 10) % 10)
    this.#bytes[this.#end++] = 0x30 + (value % 10)
  }

  #list(reader: OtlpReader, length: number, end: number): boolean {
    if (reader.pos + length !== end) return false
    this.#bytes[this.#end++] = 0x5b
    while (reader.pos < end) {
      if (this.#bytes[this.#end - 1] !== 0x5b) this.#bytes[this.#end++] = COMMA
      if (this.#end >= MOST_BYTES || reader.uint32() !== 10) return false
      const itemEnd = reader.uint32() + reader.pos
      if (itemEnd > end || !this.value(reader, itemEnd, false)) return false
    }
    this.#bytes[this.#end++] = 0x5d
    return true
  }
}
