import protobuf from 'protobufjs/minimal.js'
import type { HrTime } from '../../translate/otel.js'
import { DecodeError, TooMuchError } from './decode-error.js'
import { DECODE_LIMITS } from './shapes.js'
import { ValueBudget } from './value-budget.js'

/** Ids of traces have 16 bytes, those of spans 8. */
const LONGEST_ID_BYTES = 32
const MAX_KEPT_BYTES = 40
const SLOTS = 4096
/** Bytes of an integer below 2^49. */
const SMALL_BYTES = 7
const longer = protobuf.BufferReader.prototype.uint32

/**
 * Protobuf's reader with what OTLP needs besides: messages that end at their length, exact times and integers, and ids.
 */
export class OtlpReader extends protobuf.BufferReader {
  /** What may still be read of the attributes, or of the body, of the current record. */
  budget = new ValueBudget()
  #fields = 0

  /** The tag of the next field. @throws TooMuchError when one record has too many fields */
  field(): number {
    if (++this.#fields > DECODE_LIMITS.fieldsPerRecord) {
      throw new TooMuchError('There are too many fields in one record.')
    }
    return this.uint32()
  }

  /** Starts the field count of another record. */
  beginRecord(): void {
    this.#fields = 0
    this.budget = new ValueBudget()
  }

  /** Another reader over the same bytes, at another position. */
  at(pos: number, end = this.buf.length): OtlpReader {
    const reader = new OtlpReader(this.buf as Buffer)
    reader.pos = pos
    reader.len = end
    return reader
  }

  /** Reads a text as far as the budget allows. */
  override string(): string {
    const start = this.pos
    const length = this.uint32()
    const most = this.budget.takeText(length)
    if (most === length) {
      this.pos = start
      return super.string()
    }
    const from = this.pos
    if (from + length > this.len) throw new DecodeError('A length reaches beyond the end.')
    this.pos = from + length
    let end = from + most
    while (end > from && ((this.buf[end] as number) & 0xc0) === 0x80) end--
    return (this.buf as Buffer).toString('utf8', from, end)
  }

  /** Same result as protobuf's own, but small enough to be inlined: nearly every tag and length has one byte. */
  override uint32(): number {
    if (this.pos < this.len) {
      const first = this.buf[this.pos] as number
      if (first < 128) {
        this.pos++
        return first
      }
    }
    return longer.call(this)
  }

  /** Steps into a message. Gives the end of the message around it, for {@link leave}. */
  enter(): number {
    const outer = this.len
    const end = this.uint32() + this.pos
    if (end > outer) throw new DecodeError('A length reaches beyond the end.')
    // No read may pass the end of the message from here on.
    this.len = end
    return outer
  }

  leave(outer: number): void {
    this.len = outer
  }

  /**
   * Skips a field that is not read.
   * @param known one bit for each field with a meaning: such a field has a wrong wire type when it comes here
   */
  pass(tag: number, known: number): void {
    const field = tag >>> 3
    if (field < 32 && (known >>> field) & 1) throw new DecodeError(`Field ${field} has a wrong wire type.`)
    // OTLP has no groups. Skipping one would mean reading all that is in it.
    if ((tag & 7) === 3) throw new DecodeError(`Field ${field} is a group.`)
    this.skipType(tag & 7, undefined, field)
  }

  /** Reads a text that is likely to come again, such as a key. */
  repeatedText(): string {
    const start = this.pos
    const length = this.uint32()
    const from = this.pos
    const end = from + length
    if (end > this.len || length > MAX_KEPT_BYTES) {
      this.pos = start
      return this.string()
    }
    this.pos = end
    return keptText(this.buf, from, end)
  }

  /** A byte array, as much of it as may be read: what is made of it is base64. */
  override bytes(): Buffer {
    const from = this.#enterBytes()
    const length = this.pos - from
    const most = Math.floor((this.budget.takeText(Math.ceil(length / 3) * 4) / 4) * 3)
    return (this.buf as Buffer).subarray(from, from + Math.min(length, most))
  }

  /** An id as lower-case hex digits; empty for what is too long for one. */
  id(): string {
    const from = this.#enterBytes()
    return this.pos - from > LONGEST_ID_BYTES ? '' : (this.buf as Buffer).toString('hex', from, this.pos)
  }

  /** Passes over a length and as many bytes. Gives where these begin. */
  #enterBytes(): number {
    const length = this.uint32()
    const from = this.pos
    if (from + length > this.len) throw new DecodeError('A length reaches beyond the end.')
    this.pos = from + length
    return from
  }

  /** Reads nanoseconds since 1970, exactly. @param into receives seconds and nanoseconds */
  time(into: [number, number] = [0, 0]): HrTime {
    const low = this.fixed32()
    const high = this.fixed32()
    // A long division by sixteen bits at a time: a double holds every step exactly, and a BigInt is slower.
    let seconds = Math.floor(high / 1e9)
    let rest = (high % 1e9) * 65_536 + (low >>> 16)
    let quotient = Math.floor(rest / 1e9)
    seconds = seconds * 65_536 + quotient
    rest = (rest - quotient * 1e9) * 65_536 + (low & 0xffff)
    quotient = Math.floor(rest / 1e9)
    into[0] = seconds * 65_536 + quotient
    into[1] = rest - quotient * 1e9
    return into
  }

  /** Reads a signed 64-bit integer; gives a bigint where a number could not hold it. */
  exactInteger(): number | bigint {
    // Most integers are small, and protobuf makes an object of each.
    let small = 0
    const end = Math.min(this.len, this.pos + SMALL_BYTES)
    for (let at = this.pos, unit = 1; at < end; at++, unit *= 128) {
      const byte = this.buf[at] as number
      small += (byte & 127) * unit
      if (byte < 128) {
        this.pos = at + 1
        return small
      }
    }
    const { low, high } = this.int64() as unknown as { low: number; high: number }
    if (high >= -0x20_0000 && high < 0x20_0000) return high * 0x1_0000_0000 + (low >>> 0)
    return (BigInt(high) << 32n) | BigInt(low >>> 0)
  }
}

const keptBytes: (Uint8Array | undefined)[] = new Array(SLOTS)
const keptTexts: string[] = new Array(SLOTS).fill('')

/**
 * Gives the cached string for these bytes. Few different keys come very often: decoding each would be a third of all
 * decoding time.
 */
function keptText(bytes: Uint8Array, from: number, end: number): string {
  const length = end - from
  const slot = slotOf(bytes, from, length)
  const kept = keptBytes[slot]
  if (kept !== undefined && kept.length === length) {
    let same = 0
    while (same < length && kept[same] === bytes[from + same]) same++
    if (same === length) return keptTexts[slot] as string
  }
  const text = (bytes as Buffer).toString('utf8', from, end)
  keptBytes[slot] = Uint8Array.prototype.slice.call(bytes, from, end)
  keptTexts[slot] = text
  return text
}

/** Hashes a few of the bytes: hashing all of them would cost as much as the comparison that follows. */
function slotOf(bytes: Uint8Array, from: number, length: number): number {
  if (length < 3) return length
  const end = from + length
  const outer = ((bytes[from] as number) * 31 + (bytes[end - 1] as number)) * 31 + (bytes[end - 2] as number)
  const inner = (bytes[from + (length >> 1)] as number) * 31 + (bytes[from + (length >> 2)] as number)
  return (outer * 961 + inner * 7 + length) & (SLOTS - 1)
}
