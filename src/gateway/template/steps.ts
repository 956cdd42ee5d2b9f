import { Buffer } from 'node:buffer'
import { mayBeScrubbed } from '../../policy/scrub-metadata.js'
import { isFree, textFieldOf } from '../../translate/free-attribute.js'
import type { OtlpReader } from '../decode/otlp-reader.js'

/** What a field of a record is for a template. */
export const STEP = {
  time: 0,
  observedTime: 1,
  body: 2,
  traceId: 3,
  spanId: 4,
  attribute: 5,
  /** The same bytes in each record: severity and dropped attributes. */
  same: 6,
  flags: 7,
} as const

/** One field of a record, as it has to come in each record of the shape. */
export interface Step {
  readonly tag: number
  readonly kind: (typeof STEP)[keyof typeof STEP]
  /** The bytes that have to follow: of an attribute, all between its length and its value. */
  readonly same: Uint8Array
  /** The number of the attribute within the record. */
  readonly attribute: number
  /** Whether the attribute's value has to be a text with at least one character. */
  readonly isText: boolean
}

/** A shape of records, and the names of their attributes. */
export interface Shape {
  readonly steps: readonly Step[]
  readonly names: readonly string[]
}

const KINDS: Readonly<Record<number, Step['kind']>> = {
  9: STEP.time,
  89: STEP.observedTime,
  42: STEP.body,
  74: STEP.traceId,
  82: STEP.spanId,
  50: STEP.attribute,
  16: STEP.same,
  26: STEP.same,
  56: STEP.same,
  69: STEP.flags,
}
const NOTHING = new Uint8Array()
const MOST_ATTRIBUTES = 64

/**
 * The shape of the record at the reader's position. Undefined for a record that is more than its values: one with an
 * attribute of which the meaning depends on its value or on another field.
 */
export function shapeOf(reader: OtlpReader): Shape | undefined {
  const outer = reader.enter()
  const steps: Step[] = []
  const names: string[] = []
  const fields = new Set<string>()
  /** Adds what may come once only. */
  const isNew = (field: string) => fields.size < fields.add(field).size
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const kind = KINDS[tag]
    if (kind === undefined || (kind !== STEP.attribute && !isNew(`field ${tag}`))) return undefined
    const start = reader.pos
    let same: Uint8Array = NOTHING
    let isText = false
    if (kind === STEP.attribute) {
      const name = readName(reader)
      if (name === undefined || !isNew(`name ${name.text}`) || names.length >= MOST_ATTRIBUTES)
        return undefined
      const field = textFieldOf(name.text)
      if (field === undefined ? !isFree(name.text) || mayBeScrubbed(name.text) : !isNew(field))
        return undefined
      isText = field !== undefined
      names.push(name.text)
      same = name.same
    } else {
      reader.skipType(tag & 7)
      if (kind === STEP.same) same = Buffer.from(reader.buf.subarray(start, reader.pos))
    }
    steps.push({ tag, kind, same, attribute: names.length - 1, isText })
  }
  reader.leave(outer)
  return { steps, names }
}

/** Reads a KeyValue that is one name and one value behind it, as serializers write them. */
function readName(reader: OtlpReader): { text: string; same: Uint8Array } | undefined {
  const outer = reader.enter()
  const start = reader.pos
  if (reader.uint32() !== 10) return undefined
  const text = reader.string()
  if (reader.uint32() !== 18) return undefined
  const same = Buffer.from(reader.buf.subarray(start, reader.pos))
  if (reader.uint32() + reader.pos !== reader.len) return undefined
  reader.pos = reader.len
  reader.leave(outer)
  return { text, same }
}
