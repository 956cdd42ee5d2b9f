import type { AttributesLike, InstrumentationScopeLike, ResourceLike } from '../../translate/otel.js'
import type { Fields } from '../../wire/log.js'
import { DecodeError, TooMuchError } from './decode-error.js'
import { OtlpReader } from './otlp-reader.js'
import { readKeyValue, skipLength } from './proto-values.js'
import { DECODE_LIMITS, TURN, type Turn } from './shapes.js'

/** The resource and scope of an item, shared by all items in the same group. */
export interface Group {
  readonly resource: ResourceLike
  readonly scope: InstrumentationScopeLike
}

/** Reads one message, beginning with its length, or several of them with the tags between. */
export type ReadItem<T> = (reader: OtlpReader, group: Group) => T

const REQUEST = 0b10
const GROUP = 0b1110
/** Field 1000: `instrumentation_library_logs` and `instrumentation_library_spans`. */
const FORMER_GROUP = (1000 << 3) | 2
const RESOURCE = 0b110
const SCOPE = 0b1_1110

const NO_SCOPE: InstrumentationScopeLike = { name: '' }
const NO_RESOURCE: ResourceLike = { attributes: {} }

/**
 * The items of an export request, one at a time. Requests for logs and for traces are built alike: resources,
 * in each of them scopes, in each of those the items. Between them come turns.
 * @param countOf how many records an item was made of. Default one
 */
export function* readItems<T>(
  body: Buffer,
  readItem: ReadItem<T>,
  countOf: (item: T) => number = () => 1,
): Generator<T | Turn> {
  const reader = new OtlpReader(body)
  let hasResources = body.length === 0
  let count = 0
  let groups = 0
  const group = () => {
    if (++groups > DECODE_LIMITS.records) throw new TooMuchError('The body holds too many groups of records.')
    reader.beginRecord()
  }
  try {
    while (reader.pos < reader.len) {
      if (!enterField(reader, 10, REQUEST)) continue
      hasResources = true
      group()
      yield TURN
      const outer = reader.enter()
      const resource = findFirst(reader, readResource) ?? NO_RESOURCE
      while (reader.pos < reader.len) {
        if (!enterGroup(reader)) continue
        group()
        yield TURN
        const outerGroup = reader.enter()
        const ofItem: Group = { resource, scope: findFirst(reader, readScope) ?? NO_SCOPE }
        while (reader.pos < reader.len) {
          if (!enterField(reader, 18, GROUP)) continue
          const item = readItem(reader, ofItem)
          count += countOf(item)
          if (count > DECODE_LIMITS.records) throw new TooMuchError('The body holds too many records.')
          yield item
        }
        reader.leave(outerGroup)
      }
      reader.leave(outer)
    }
  } catch (error) {
    if (error instanceof TooMuchError || error instanceof DecodeError) throw error
    throw new DecodeError('The body is not a protobuf message of this kind.', { cause: error })
  }
  if (!hasResources) throw new DecodeError('The body has no resources.')
}

/** Reads a tag. True when it is the wanted one; otherwise the field has been skipped. */
function enterField(reader: OtlpReader, wanted: number, known: number): boolean {
  const tag = reader.field()
  if (tag === wanted) return true
  if (known === GROUP) passGroup(reader, tag)
  else reader.pass(tag, known)
  return false
}

/** As {@link enterField}, for the groups of one resource, which had another field number in early versions of OTLP. */
function enterGroup(reader: OtlpReader): boolean {
  const tag = reader.field()
  if (tag === 18 || tag === FORMER_GROUP) return true
  passGroup(reader, tag)
  return false
}

/** Skips resource, scope and schema URL, which have been read already or are not needed. */
function passGroup(reader: OtlpReader, tag: number): void {
  if (tag === 10 || tag === 26) skipLength(reader)
  else reader.pass(tag, GROUP)
}

/** Reads field 1 of the current message wherever it is; the position of `reader` does not change. */
function findFirst<T>(reader: OtlpReader, read: (reader: OtlpReader) => T): T | undefined {
  const start = reader.pos
  let found: T | undefined
  while (found === undefined && reader.pos < reader.len) {
    const tag = reader.field()
    if (tag === 10) found = read(reader)
    else if (tag === 18) skipLength(reader)
    else passGroup(reader, tag)
  }
  reader.pos = start
  return found
}

function readResource(reader: OtlpReader): ResourceLike {
  const outer = reader.enter()
  const attributes = new AttributeSet()
  while (reader.pos < reader.len) {
    const tag = reader.field()
    if (tag === 10) attributes.read(reader)
    else if (tag === 16) reader.uint32()
    else reader.pass(tag, RESOURCE)
  }
  reader.leave(outer)
  return { attributes: attributes.fields }
}

function readScope(reader: OtlpReader): InstrumentationScopeLike {
  const outer = reader.enter()
  const attributes = new AttributeSet()
  let name = ''
  let version: string | undefined
  while (reader.pos < reader.len) {
    const tag = reader.field()
    if (tag === 10) name = reader.string()
    else if (tag === 18) version = reader.string()
    else if (tag === 26) attributes.read(reader)
    else if (tag === 32) reader.uint32()
    else reader.pass(tag, SCOPE)
  }
  reader.leave(outer)
  return { name, version, attributes: attributes.fields }
}

/** Collects attributes up to the limit. */
export class AttributeSet {
  readonly fields: Fields & AttributesLike = {}
  /** Number of attributes beyond the limit. */
  dropped = 0
  #count = 0

  read(reader: OtlpReader): void {
    if (this.#count++ < DECODE_LIMITS.attributes && !reader.budget.isSpent) readKeyValue(reader, this.fields)
    else {
      skipLength(reader)
      this.dropped++
    }
  }
}
