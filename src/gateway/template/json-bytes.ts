import { Buffer, isUtf8 } from 'node:buffer'
import type { HrTime } from '../../translate/otel.js'
import { toPlain } from '../../translate/plain.js'
import { hrTimeToIsoMillis, millisToIso } from '../../translate/time.js'
import type { OtlpReader } from '../decode/otlp-reader.js'
import { ID_BYTES } from '../decode/written-logs.js'

/** Most bytes that are written, so that no log can come near the limit of its size. */
const MOST_BYTES = 32 * 1024
/** Room for a number or a mark behind the last text. */
const ROOM = 256
/** Room that a page has to have for a log and the comma behind it. */
export const ROOM_OF_LOG = MOST_BYTES + ROOM
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
/** A loop over this many bytes is faster than a call. */
const FEW_BYTES = 12
const DIGIT_0 = 0x30
const POINT = 0x2e
/** Numbers below it have few digits. */
const MOST_PLAIN = 1e9
const LETTER_Z = 0x5a
/** `2026-01-31T12:00:00.` */
const SECOND_BYTES = 20
const HEX = Buffer.from('0123456789abcdef')

/**
 * Writes JSON from the bytes of a body, without strings and objects in between. Each method gives false for a value
 * that it cannot write; what was written of it has to be dropped then.
 */
export class JsonBytes {
  #bytes: Uint8Array = Buffer.alloc(0)
  #end = 0
  /** No text may reach beyond this. */
  #most = 0
  #second = Number.NaN
  readonly #secondText = Buffer.alloc(SECOND_BYTES)

  /** Begins at a place in a page that has room for a log. */
  begin(page: Uint8Array, at: number): void {
    this.#bytes = page
    this.#end = at
    this.#most = at + MOST_BYTES
  }

  get end(): number {
    return this.#end
  }

  /** Copies JSON. */
  json(json: Uint8Array): boolean {
    const { length } = json
    const end = this.#end
    if (end + length > this.#most) return false
    this.#end = end + length
    if (length > FEW_BYTES) this.#bytes.set(json, end)
    else {
      const out = this.#bytes
      for (let index = 0; index < length; index++) out[end + index] = json[index] as number
    }
    return true
  }

  /** Leaves room for the id of the log. */
  id(): boolean {
    this.#end += ID_BYTES
    return this.#end <= this.#most
  }

  /** Writes an id as hex digits, without quotes. */
  hex(bytes: Uint8Array, from: number, end: number): boolean {
    const out = this.#bytes
    let at = this.#end
    let union = 0
    for (let index = from; index < end; index++) {
      const byte = bytes[index] as number
      union |= byte
      out[at++] = HEX[byte >> 4] as number
      out[at++] = HEX[byte & 15] as number
    }
    this.#end = at
    return union !== 0
  }

  /** Writes ASCII that needs no escapes, without quotes. */
  ascii(text: string): boolean {
    const { length } = text
    const end = this.#end
    if (end + length > this.#most + ROOM / 2) return false
    const out = this.#bytes
    for (let index = 0; index < length; index++) out[end + index] = text.charCodeAt(index)
    this.#end = end + length
    return true
  }

  /** Writes a time as ISO 8601, without quotes. False for one that is unset. */
  time(time: HrTime): boolean {
    const millis = hrTimeToIsoMillis(time)
    if (millis === undefined) return false
    const second = Math.floor(millis / 1000)
    if (second !== this.#second) {
      this.#secondText.write(millisToIso(second * 1000))
      this.#second = second
    }
    const out = this.#bytes
    const at = this.#end
    for (let index = 0; index < SECOND_BYTES; index++) out[at + index] = this.#secondText[index] as number
    this.#end = at + SECOND_BYTES
    this.#threeDigits(millis - second * 1000)
    out[this.#end++] = LETTER_Z
    return true
  }

  #threeDigits(value: number): void {
    if (value < 100) this.#bytes[this.#end++] = DIGIT_0
    if (value < 10) this.#bytes[this.#end++] = DIGIT_0
    this.#digits(value)
  }

  /** Writes a text with its quotes. False for a text with a character that JSON escapes, or with broken UTF-8. */
  quoted(bytes: Uint8Array, from: number, end: number): boolean {
    if (this.#end + end - from + 2 > this.#most) return false
    const out = this.#bytes
    let at = this.#end
    let union = 0
    out[at++] = QUOTE
    for (let index = from; index < end; index++) {
      const byte = bytes[index] as number
      if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) return false
      union |= byte
      out[at++] = byte
    }
    out[at++] = QUOTE
    this.#end = at
    return union < 0x80 || isUtf8(bytes.subarray(from, end))
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
    if (typeof value === 'number' && value >= 0 && value < MOST_PLAIN) {
      // The shortest text for a number is its only decimal of at most fifteen digits, if there is one.
      const thousandths = Math.round(value * 1000)
      if (thousandths / 1000 === value) return this.#decimal(thousandths)
    }
    const isPlain = typeof value === 'number' && (Number.isSafeInteger(value) || value % 1 !== 0)
    return this.ascii(isPlain && Number.isFinite(value) ? String(value) : JSON.stringify(toPlain(value)))
  }

  /** A number in thousandths. To make a text of it first would take longer. */
  #decimal(thousandths: number): true {
    const whole = Math.floor(thousandths / 1000)
    const rest = thousandths - whole * 1000
    this.#digits(whole)
    if (rest === 0) return true
    this.#bytes[this.#end++] = POINT
    this.#threeDigits(rest)
    while (this.#bytes[this.#end - 1] === DIGIT_0) this.#end--
    return true
  }

  #digits(value: number): void {
    let length = 1
    for (let power = 10; power <= value; power *= 10) length++
    let rest = value
    for (let at = this.#end + length - 1; at >= this.#end; at--) {
      const next = Math.floor(rest / 10)
      this.#bytes[at] = DIGIT_0 + rest - next * 10
      rest = next
    }
    this.#end += length
  }

  #list(reader: OtlpReader, length: number, end: number): boolean {
    if (reader.pos + length !== end) return false
    this.#bytes[this.#end++] = 0x5b
    while (reader.pos < end) {
      if (this.#bytes[this.#end - 1] !== 0x5b) this.#bytes[this.#end++] = COMMA
      if (this.#end >= this.#most || reader.uint32() !== 10) return false
      const itemEnd = reader.uint32() + reader.pos
      if (itemEnd > end || !this.value(reader, itemEnd, false)) return false
    }
    this.#bytes[this.#end++] = 0x5d
    return true
  }
}
