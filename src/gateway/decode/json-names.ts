import type { JsonObject } from './json-fields.js'

/** Names that fields had in earlier versions of OTLP, and what they are called now. */
const FORMER: ReadonlyMap<string, string> = new Map([
  ['instrumentationLibraryLogs', 'scopeLogs'],
  ['instrumentationLibrarySpans', 'scopeSpans'],
  ['instrumentationLibrary', 'scope'],
  ['logs', 'logRecords'],
])

/** OTLP's own name of a field: JSON may have it as it stands in the protobuf schema, `time_unix_nano`, too. */
export function fieldName(name: string): string {
  const camel = name.includes('_')
    ? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    : name
  return FORMER.get(camel) ?? camel
}

/** The object with its fields by OTLP's own names: the same one where they have these already. */
export function named(object: JsonObject): JsonObject {
  for (const name in object) {
    if (!name.includes('_')) continue
    return Object.fromEntries(Object.entries(object).map(([key, value]) => [fieldName(key), value]))
  }
  return object
}
