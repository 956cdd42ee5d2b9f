import type { HrTime } from '../../translate/otel.js'
import { hrTimeToIso } from '../../translate/time.js'
import type { Level } from '../../wire/level.js'
import type { OtlpReader } from '../decode/otlp-reader.js'
import type { Group } from '../decode/proto-items.js'
import type { OtlpLogRecord } from '../decode/shapes.js'
import { JsonBytes } from './json-bytes.js'
import type { JsonPages } from './json-pages.js'
import { type Shape, STEP, type Step } from './steps.js'

/** A place in the JSON for a value of the record. Attributes have their number, from 0 on. */
export const SLOT = { time: -1, logId: -2, message: -3, traceId: -4, spanId: -5 } as const

/** JSON that is the same for all records of the shape, and the value behind it. */
export interface Piece {
  readonly json: Uint8Array
  /** Undefined at the end. */
  readonly slot: number | undefined
}

const UNSET: HrTime = [0, 0]
const NO_ATTRIBUTES = {}
const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8

/** Shared by all templates: each record is written in one go. */
const out = new JsonBytes()

/** Writes the logs of records that have one shape and differ in their values alone. */
export class LogTemplate {
  readonly #level: Level
  readonly #steps: readonly Step[]
  readonly #pieces: readonly Piece[]
  /** Where the values of the attributes begin and end in the body. */
  readonly #starts: number[]
  readonly #ends: number[]
  #hrTime = UNSET
  #hrTimeObserved = UNSET
  #message = 0
  #messageEnd = 0
  #traceId = 0
  #spanId = 0

  constructor(level: Level, { steps, names }: Shape, pieces: readonly Piece[]) {
    this.#level = level
    this.#steps = steps
    this.#pieces = pieces
    this.#starts = names.map(() => 0)
    this.#ends = names.map(() => 0)
  }

  /**
   * Reads the record at the reader's position. Undefined, with nothing read, when the record has another shape.
   * @param pages keeps the log
   */
  read(reader: OtlpReader, { resource, scope }: Group, pages: JsonPages): OtlpLogRecord | undefined {
    const start = reader.pos
    const outer = reader.enter()
    const end = reader.len
    const weight = end - reader.pos
    const written = this.#read(reader, pages)
    reader.leave(outer)
    reader.pos = written === undefined ? start : end
    if (written === undefined) return undefined
    return {
      hrTime: this.#hrTime,
      hrTimeObserved: this.#hrTimeObserved,
      resource,
      instrumentationScope: scope,
      attributes: NO_ATTRIBUTES,
      droppedAttributesCount: 0,
      weight,
      written,
    }
  }

  #read(reader: OtlpReader, pages: JsonPages): OtlpLogRecord['written'] {
    try {
      return this.#match(reader) ? this.#write(reader, pages) : undefined
    } catch {
      // What is wrong with the record is found when it is decoded.
      return undefined
    }
  }

  /** Looks for the fields of the shape, and nothing else, and remembers where their values are. */
  #match(reader: OtlpReader): boolean {
    this.#hrTimeObserved = UNSET
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
        this.#hrTime = reader.time()
        return true
      case STEP.observedTime:
        this.#hrTimeObserved = reader.time()
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

  #write(reader: OtlpReader, pages: JsonPages): OtlpLogRecord['written'] {
    const time = hrTimeToIso(this.#hrTime)
    if (time === undefined) return undefined
    out.clear()
    let idAt = 0
    for (const { json, slot } of this.#pieces) {
      if (!out.json(json)) return undefined
      if (slot === SLOT.logId) idAt = out.length
      else if (slot !== undefined && !this.#value(reader, slot, time)) return undefined
    }
    const { page, start } = out.keepIn(pages)
    return { level: this.#level, page, start, length: out.length, idAt }
  }

  #value(reader: OtlpReader, slot: number, time: string): boolean {
    switch (slot) {
      case SLOT.time:
        return out.ascii(time)
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
