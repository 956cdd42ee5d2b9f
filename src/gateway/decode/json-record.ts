import type { JsonDocument, JsonRange } from './json-document.js'
import type { JsonObject } from './json-fields.js'
import { fieldName, named } from './json-names.js'
import { DECODE_LIMITS } from './shapes.js'
import { ValueBudget } from './value-budget.js'

/** A value of OTLP is at least an object in JSON with a value in it. */
const PARTS_OF_VALUE = 2

/** A list that stays in the body, and whose items are read one at a time. */
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
 * The fields of a record. A small one is parsed as a whole; of a large one those fields are read that have a meaning,
 * each as far as its budget goes.
 * @param fields names of the fields with a meaning
 * @param lists those of them that become a {@link JsonList} in a large record
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
