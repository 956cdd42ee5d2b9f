import type { JsonDocument, JsonRange } from './json-document.js'
import type { JsonObject } from './json-fields.js'
import { fieldName, named } from './json-names.js'
import { DECODE_LIMITS } from './shapes.js'
import { ValueBudget } from './value-budget.js'

/** An OTLP value is at least two parts of JSON: an object and a value in it. */
const PARTS_OF_VALUE = 2

/** A list that stays in the body. Its items are read one at a time. */
export class JsonList {
  readonly #document: JsonDocument
  readonly #range: JsonRange

  constructor(document: JsonDocument, range: JsonRange) {
    this.#document = document
    this.#range = range
  }

  get length(): number {
    return this.#document.countOf(this.#range)
  }

  *[Symbol.iterator](): Generator<unknown> {
    for (const item of this.#document.items(this.#range)) yield this.#document.read(item, jsonBudget())
  }
}

/**
 * Reads the fields of a record. A small record is parsed as a whole. Of a large one only the fields with a meaning are
 * read, each as far as its budget allows.
 * @param fields names of the fields with a meaning
 * @param lists those of `fields` that become a {@link JsonList} in a large record
 */
export function readRecord(
  document: JsonDocument,
  range: JsonRange,
  fields: ReadonlySet<string>,
  lists?: ReadonlySet<string>,
): JsonObject {
  if (document.isSmall(range)) return named(document.read(range, jsonBudget()) as JsonObject)
  const found: Record<string, JsonRange> = {}
  for (const [given, value] of document.fields(range)) {
    const name = fieldName(given)
    if (fields.has(name)) found[name] = value
  }
  return Object.fromEntries(
    Object.entries(found).map(([name, value]) => {
      const isList = lists?.has(name) === true && document.isList(value)
      return [name, isList ? new JsonList(document, value) : document.read(value, jsonBudget())]
    }),
  )
}

function jsonBudget(): ValueBudget {
  return new ValueBudget(DECODE_LIMITS.values * PARTS_OF_VALUE)
}
