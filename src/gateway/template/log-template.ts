import type { Level } from '../../wire/level.js'
import type { OtlpReader } from '../decode/otlp-reader.js'
import type { JsonBytes } from './json-bytes.js'
import { type Shape, STEP, type Step } from './steps.js'

/** A place in the JSON for a value of the record. Attributes have their number, from 0 on. */
export const SLOT = { time: -1, logId: -2, message: -3, traceId: -4, spanId: -5 } as const

/** JSON that is the same for all records of the shape, and the value behind it. */
export interface Piece {
  readonly json: Uint8Array
  /** Undefined at the end. */
  readonly slot: number | undefined
}

const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8

/** Writes the logs of records that have one shape and differ in their values alone. */
export class LogTemplate {
  readonly level: Level
  /** Where the id of the last log belongs, and the times of its record. */
  idAt = 0
  readonly hrTime: [number, number] = [0, 0]
  readonly hrTimeObserved: [number, number] = [0, 0]
  readonly #steps: readonly Step[]
  readonly #pieces: readonly Piece[]
  /** Where the values of the attributes begin and end in the body. */
  readonly #starts: number[]
  readonly #ends: number[]
  #message = 0
  #messageEnd = 0
  #traceId = 0
  #spanId = 0

  constructor(level: Level, { steps, names }: Shape, pieces: readonly Piece[]) {
    this.level = level
    this.#steps = steps
    this.#pieces = pieces
    this.#starts = names.map(() => 0)
    this.#ends = names.map(() => 0)
  }

  /**
   * Reads the record at the reader's position and writes its log. False, with nothing read, when the record has another
   * shape; what was written has to be dropped then.
   */
  read(reader: OtlpReader, out: JsonBytes): boolean {
    const start = reader.pos
    const outer = reader.len
    const isRead = this.#read(reader, out)
    if (isRead) reader.pos = reader.len
    else reader.pos = start
    reader.leave(outer)
    return isRead
  }

  #read(reader: OtlpReader, out: JsonBytes): boolean {
    try {
      reader.enter()
      return this.#match(reader) && this.#write(reader, out)
    } catch {
      // What is wrong with the record is found when it is decoded.
      return false
    }
  }

  /** Looks for the fields of the shape, and nothing else, and remembers where their values are. */
  #match(reader: OtlpReader): boolean {
    this.hrTimeObserved[0] = 0
    this.hrTimeObserved[1] = 0
    for (const step of this.#steps) {
      if (reader.pos >= reader.len || reader.buf[reader.pos++] !== step.tag || !this.#take(reader, step))
        return false
    }
    return reader.pos === reader.len
  }

  #take(reader: OtlpReader, step: Step): boolean {
    switch (step.kind) {
      case STEP.attribute:
        return this.#attribute(reader, step)
      case STEP.time:
        reader.time(this.hrTime)
        return true
      case STEP.observedTime:
        reader.time(this.hrTimeObserved)
        return true
      case STEP.body:
        return this.#body(reader)
      case STEP.traceId:
        this.#traceId = reader.pos + 1
        return skipId(reader, TRACE_ID_BYTES)
      case STEP.spanId:
        this.#spanId = reader.pos + 1
        return skipId(reader, SPAN_ID_BYTES)
      case STEP.same:
        return skipSame(reader, step.same)
      case STEP.flags:
        reader.pos += 4
        return reader.pos <= reader.len
    }
  }

  #attribute(reader: OtlpReader, { same, attribute, isText }: Step): boolean {
    const end = reader.uint32() + reader.pos
    if (end > reader.len || !skipSame(reader, same)) return false
    if (reader.uint32() + reader.pos !== end) return false
    const { pos } = reader
    if (isText && (reader.buf[pos] !== 10 || reader.buf[pos + 1] === 0)) return false
    this.#starts[attribute] = pos
    this.#ends[attribute] = end
    reader.pos = end
    return true
  }

  /** A text with at least one character. */
  #body(reader: OtlpReader): boolean {
    const end = reader.uint32() + reader.pos
    if (end > reader.len || reader.uint32() !== 10) return false
    const length = reader.uint32()
    this.#message = reader.pos
    this.#messageEnd = end
    reader.pos += length
    return length > 0 && reader.pos === end
  }

  #write(reader: OtlpReader, out: JsonBytes): boolean {
    for (const { json, slot } of this.#pieces) {
      if (!out.json(json) || (slot !== undefined && !this.#value(reader, slot, out))) return false
    }
    return true
  }

  #value(reader: OtlpReader, slot: number, out: JsonBytes): boolean {
    switch (slot) {
      case SLOT.time:
        return out.time(this.hrTime)
      case SLOT.logId:
        this.idAt = out.end
        return out.id()
      case SLOT.message:
        return out.quoted(reader.buf, this.#message, this.#messageEnd)
      case SLOT.traceId:
        return out.hex(reader.buf, this.#traceId, this.#traceId + TRACE_ID_BYTES)
      case SLOT.spanId:
        return out.hex(reader.buf, this.#spanId, this.#spanId + SPAN_ID_BYTES)
      default:
        reader.pos = this.#starts[slot] as number
        return out.value(reader, this.#ends[slot] as number)
    }
  }
}

function skipId(reader: OtlpReader, length: number): boolean {
  const isLength = reader.buf[reader.pos] === length
  reader.pos += length + 1
  return isLength && reader.pos <= reader.len
}

function skipSame(reader: OtlpReader, same: Uint8Array): boolean {
  const { buf, pos } = reader
  const { length } = same
  if (pos + length > reader.len) return false
  for (let index = 0; index < length; index++) if (buf[pos + index] !== same[index]) return false
  reader.pos = pos + length
  return true
}
